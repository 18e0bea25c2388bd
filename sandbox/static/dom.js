/** 元素 — builds elements from plain descriptions, so that no text is ever read as markup by accident. */

/**
 * Make an element. `on` holds listeners, `data` the dataset, `html` markup that the server has made safe;
 * a property that is null or false is left out.
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [kind, listener] of Object.entries(value)) element.addEventListener(kind, listener);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "html") element.innerHTML = value;
    else if (name === "style") element.style.cssText = value;
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

const PATHS = {
  menu: "M4 7h16M4 12h16M4 17h10",
  more: "M12 5.500v.010M12 12v.010M12 18.500v.010",
  clip: "M19.500 11.500l-7.600 7.600a4.600 4.600 0 0 1-6.500-6.500l8-8a3.100 3.100 0 0 1 4.400 4.400l-8 8a1.500 1.500 0 0 1-2.200-2.200l7-7",
  send: "M4.500 12 20 4.500 15.500 20l-3.700-6.300zM11.800 13.700 20 4.500",
  down: "M12 5v13M6.500 12.500 12 18l5.500-5.500",
  close: "M6 6l12 12M18 6 6 18",
  image: "M4 5.500h16v13H4zM4 16l4.500-4.500 4 4 3-3L20 17M15.500 9.300v.010",
  file: "M7 3.500h7l4 4v13H7zM14 3.500v4h4",
  pin: "M12 21s-6.500-6-6.500-11a6.500 6.500 0 0 1 13 0c0 5-6.500 11-6.500 11zM12 12.300a2.300 2.300 0 1 0 0-4.600 2.300 2.300 0 0 0 0 4.600z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.500 20.500c.8-4 3.700-6 7.500-6s6.700 2 7.500 6",
  link: "M10 14a4 4 0 0 0 5.700 0l3-3A4 4 0 0 0 13 5.300l-1 1M14 10a4 4 0 0 0-5.700 0l-3 3A4 4 0 0 0 11 18.700l1-1",
  save: "M12 4v11M7.500 10.500 12 15l4.500-4.500M5 19.500h14",
  spark: "M12 3.500l1.900 5.600 5.600 1.900-5.600 1.900L12 18.500l-1.900-5.600L4.500 11l5.600-1.900zM18.500 16.500v4M16.500 18.500h4",
  block: "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17zM6 6l12 12",
  check: "M5 12.500l4.500 4.500L19 7.500",
  reply: "M9.500 6 4 11.500 9.500 17M4.500 11.500H14a6 6 0 0 1 6 6v.5",
  edit: "M4.500 19.500l1-4L16 5l3 3L8.500 18.500zM14 7l3 3",
  copy: "M8.500 8.500h11v11h-11zM15.500 5h-11v11",
  keyboard: "M3.500 6.500h17v11h-17zM7 10v.010M12 10v.010M17 10v.010M8 14h8",
  out: "M8 16 17 7M9.500 7H17v7.500",
};

/** One line icon out of the page's own set; it is decoration and hidden from screen readers. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A round badge with the person's family name, in the person's colour. */
export function avatar(person, size = "") {
  const bare = person.name.replace(/^[小老阿]/, "") || person.name;
  return h("span", { class: `avatar ${size}`, style: `--person:${person.colour}`, "aria-hidden": "true" }, bare[0]);
}
