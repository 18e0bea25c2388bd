/* What a machine can see of one person's chat. A button is one line on a phone: a real client cuts off the rest. */
async (person) => {
  const scroll = document.querySelector(`.pane[data-person="${person}"] .scroll`);
  const { left, right } = scroll.getBoundingClientRect();
  const flaws = [];
  const shown = (element) => (element.innerText ?? "").trim().replace(/\s+/g, " ").slice(0, 60);
  if (!scroll.clientWidth) return ["the chat is not to be seen"];
  if (document.documentElement.scrollWidth > innerWidth) flaws.push(`the page is ${document.documentElement.scrollWidth} px wide`);
  if (scroll.scrollWidth > scroll.clientWidth) flaws.push(`the chat is ${scroll.scrollWidth} px wide and shows ${scroll.clientWidth}`);
  for (const element of scroll.querySelectorAll(".row *:not(svg *)")) {
    const box = element.getBoundingClientRect();
    if (!box.width) continue;
    const around = element.parentElement.closest(".bubble, .keys")?.getBoundingClientRect() ?? { left, right };
    if (box.left < around.left - 0.5 || box.right > around.right + 0.5) flaws.push(`<${element.className}> stands out: ${shown(element)}`);
    const hides = getComputedStyle(element).overflowX !== "visible";
    if (hides && element.scrollWidth > element.clientWidth + 1) flaws.push(`<${element.className}> is cut off: ${shown(element)}`);
  }
  for (const key of scroll.querySelectorAll(".keys .key")) {
    const label = key.querySelector("span");
    const line = parseFloat(getComputedStyle(label).lineHeight);
    const lines = Math.round(label.getBoundingClientRect().height / line);
    if (!shown(label)) flaws.push("a button without a label");
    if (innerWidth < 700 && lines > 1) flaws.push(`[${shown(label)}] takes ${lines} lines`);
    if (lines > 2) flaws.push(`[${shown(label)}] takes ${lines} lines`);
  }
  for (const row of scroll.querySelectorAll(".row.theirs")) {
    const says = row.querySelector(".words, .poll-question");
    const holds = row.querySelector(".photos, .document, .place, .contact");
    if (!(says && shown(says)) && !holds) flaws.push("a message says nothing");
    if (!(says && shown(says)) && row.querySelector(".keys")) flaws.push(`buttons under nothing: ${shown(row)}`);
  }
  const seen = new Set([...scroll.innerText].filter((letter) => letter > "\u2000" && !/\p{M}|\p{Cf}|\p{Z}/u.test(letter)));
  const canvas = new OffscreenCanvas(32, 32).getContext("2d", { willReadFrequently: true });
  canvas.font = `20px ${getComputedStyle(document.body).fontFamily}`;
  const drawn = (letter) => {
    canvas.clearRect(0, 0, 32, 32);
    canvas.fillText(letter, 2, 24);
    return canvas.getImageData(0, 0, 32, 32).data.join();
  };
  const box = drawn("\u{10FFF0}");
  const missing = [...seen].filter((letter) => drawn(letter) === box);
  if (missing.length) flaws.push(`no glyph for ${missing.join(" ")}`);
  return [...new Set(flaws)];
}
