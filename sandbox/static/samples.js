/** 示例照片 — turns the drawn scenes into JPEG files, with grain and a camera's date, ready to send. */

import { h } from "./dom.js";
import { fullTime } from "./clock.js";
import { closePopup } from "./popup.js";
import { SCENES } from "./scenes.js";

const WIDTH = 1280;
const HEIGHT = 960;

function asUrl(drawing) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 720" width="${WIDTH}" height="${HEIGHT}" font-family="'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif">${drawing}</svg>`;
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
}

function addGrain(pen) {
  const pixels = pen.getImageData(0, 0, WIDTH, HEIGHT);
  for (let at = 0; at < pixels.data.length; at += 4) {
    const grain = (Math.random() - 0.5) * 22;
    for (let part = 0; part < 3; part += 1) pixels.data[at + part] += grain;
  }
  pen.putImageData(pixels, 0, 0);
}

function addLight(pen) {
  const light = pen.createRadialGradient(WIDTH * 0.45, HEIGHT * 0.4, HEIGHT * 0.2, WIDTH / 2, HEIGHT / 2, WIDTH * 0.72);
  light.addColorStop(0, "rgba(255,246,224,.16)");
  light.addColorStop(1, "rgba(8,10,14,.58)");
  pen.fillStyle = light;
  pen.fillRect(0, 0, WIDTH, HEIGHT);
}

/** Draw one scene as a JPEG file of 1280 × 960, dated now in Beijing time. */
export async function photograph(scene) {
  const drawing = new Image();
  drawing.src = asUrl(scene.drawing);
  await drawing.decode();
  const canvas = h("canvas", { width: WIDTH, height: HEIGHT });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.translate(WIDTH / 2, HEIGHT / 2);
  pen.rotate((Math.random() - 0.5) * 0.03);
  pen.scale(1.05, 1.05);
  pen.filter = "blur(.6px) saturate(.92)";
  pen.drawImage(drawing, -WIDTH / 2, -HEIGHT / 2, WIDTH, HEIGHT);
  pen.resetTransform();
  pen.filter = "none";
  addLight(pen);
  addGrain(pen);
  pen.font = "500 30px ui-monospace, Consolas, monospace";
    pen.fillStyle = "#f6b53c";
  pen.shadowColor = "rgba(0,0,0,.8)";
  pen.shadowBlur = 6;
  pen.fillText(fullTime(new Date()), 34, HEIGHT - 34);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.86));
  return new File([blob], `${scene.name}.jpg`, { type: "image/jpeg" });
}

/** The four pictures in the attach menu: a press sends one, the plus puts it with the others first. */
export function samplePicker({ onSend, onAdd }) {
  return h("div", { class: "samples" }, h("p", { class: "quiet" }, "示例照片 · 点一下就发送，＋ 先攒成一组"),
    h("div", { class: "samples-grid" }, SCENES.map((scene) => h("div", { class: "sample" },
      h("button", { type: "button", class: "sample-send", title: `发送：${scene.label}`, on: { click: async () => { closePopup(); onSend(await photograph(scene)); } } },
        h("img", { src: asUrl(scene.drawing), alt: "" }), h("span", {}, scene.label)),
      h("button", { type: "button", class: "sample-add", "aria-label": `把「${scene.label}」加入这一组`, title: "加入一组",
        on: { click: async (event) => { event.currentTarget.classList.add("added"); onAdd(await photograph(scene)); } } }, "+")))));
}
