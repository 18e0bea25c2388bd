/** 时刻 — how an instant, a day, a size and a phone number are written in the chat, always in Beijing time. */

const ZONE = "Asia/Shanghai";
const TIME = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE });
const LONG = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, year: "numeric", month: "long", day: "numeric" });
const SHORT = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, month: "long", day: "numeric", weekday: "long" });
const FULL = new Intl.DateTimeFormat("zh-CN", { timeZone: ZONE, dateStyle: "medium", timeStyle: "medium" });

/** The instant of a message: Unix seconds as Telegram writes them, or ISO text. */
export function instant(date) {
  return typeof date === "number" ? new Date(date * 1000) : new Date(date);
}

export const timeOf = (date) => TIME.format(date);
export const fullTime = (date) => FULL.format(date);
export const dayKey = (date) => DAY.format(date);

export function dayName(date, now = new Date()) {
  const key = dayKey(date);
  if (key === dayKey(now)) return "今天";
  if (key === dayKey(new Date(now.getTime() - 86400000))) return "昨天";
  return key.slice(0, 4) === dayKey(now).slice(0, 4) ? SHORT.format(date) : LONG.format(date);
}

/** A phone number as people read it aloud: +86 138 0000 1001. Other countries' numbers only get their plus. */
export function phoneOf(number) {
  const digits = String(number ?? "").replace(/^\+/, "");
  const mainland = digits.match(/^(?:86)?(1\d{2})(\d{4})(\d{4})$/);
  if (mainland) return `+86 ${mainland.slice(1).join(" ")}`;
  return digits ? `+${digits}` : "";
}

export function sizeOf(bytes) {
  if (!bytes && bytes !== 0) return "";
  if (bytes < 1024) return `${bytes} 字节`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(bytes < 10240 ? 1 : 0)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
