/** 投票 — a native poll or quiz: options to choose, then shares, right and wrong, and the explanation. */

import { h, icon } from "./dom.js";

const asList = (value) => (value === undefined || value === null ? [] : [value].flat());

function read(message) {
  const poll = message.poll;
  const chosen = asList(poll.chosen ?? poll.voted ?? message.chosen);
  const right = asList(poll.correct_option_ids ?? poll.correct_option_id);
  const total = poll.total_voter_count ?? 0;
  return { ...poll, chosen, right, total, isQuiz: poll.type === "quiz", isClosed: Boolean(poll.is_closed),
    isMany: Boolean(poll.allows_multiple_answers), isShown: chosen.length > 0 || Boolean(poll.is_closed) };
}

function kindOf(poll) {
  const name = poll.isQuiz ? "测验" : "投票";
  const how = poll.isMany ? " · 可多选" : "";
  return poll.isClosed ? `${name}已结束` : `${poll.is_anonymous === false ? "实名" : ""}${name}${how}`;
}

function shown(poll, option, index) {
  const share = poll.total ? Math.round(((option.voter_count ?? 0) / poll.total) * 100) : 0;
  const isMine = poll.chosen.includes(index);
  const isRight = poll.right.includes(index);
  const mark = poll.isQuiz && poll.right.length ? (isRight ? "right" : isMine ? "wrong" : "") : isMine ? "mine" : "";
  const said = mark === "right" ? "正确答案" : mark === "wrong" ? "答错了" : isMine ? "您的选择" : "";
  return h("li", { class: `option shown ${mark} ${isMine ? "chosen" : ""}` },
    h("span", { class: "share" }, `${share}%`),
    h("span", { class: "option-words" }, option.text, said ? h("span", { class: "quiet" }, said) : null),
    h("span", { class: "option-mark" }, mark === "wrong" ? icon("close") : mark ? icon("check") : null),
    h("span", { class: "bar-track" }, h("span", { class: "bar-fill", style: `width:${share}%` })));
}

function ballot(poll, message, pane) {
  const send = (options) => pane.vote(message.message_id, options);
  if (!poll.isMany) {
    return [h("ul", { class: "options" }, poll.options.map((option, index) => h("li", {}, h("button", {
      type: "button", class: "option open", on: { click: (event) => {
        event.currentTarget.classList.add("waiting");
        send([index]);
      } },
    }, h("span", { class: "dot" }), h("span", { class: "option-words" }, option.text)))))];
  }
  const boxes = poll.options.map((option, index) => h("input", { type: "checkbox", value: String(index) }));
  const submit = h("button", { type: "button", class: "key solid primary", disabled: true, on: { click: () => {
    submit.disabled = true;
    send(boxes.flatMap((box, index) => (box.checked ? [index] : [])));
  } } }, "提交");
  const list = h("ul", { class: "options", on: { change: () => { submit.disabled = !boxes.some((box) => box.checked); } } },
    poll.options.map((option, index) => h("li", {}, h("label", { class: "option open" },
      boxes[index], h("span", { class: "option-words" }, option.text)))));
  return [list, submit];
}

export function pollCard(message, pane) {
  const poll = read(message);
  const why = poll.explanation_html ? h("div", { html: poll.explanation_html }) : poll.explanation;
  const isRight = poll.chosen.length && poll.chosen.every((index) => poll.right.includes(index))
    && poll.right.length === poll.chosen.length;
  return h("div", { class: "poll" },
    h("p", { class: "poll-question", ...(poll.question_html ? { html: poll.question_html } : {}) }, ...(poll.question_html ? [] : [poll.question])),
    h("p", { class: "poll-kind" }, kindOf(poll)),
    poll.isShown ? h("ul", { class: "options" }, poll.options.map((option, index) => shown(poll, option, index))) : ballot(poll, message, pane),
    poll.isShown && poll.isQuiz && why && poll.right.length
      ? h("div", { class: `poll-why ${isRight ? "right" : "wrong"}` }, h("strong", {}, isRight ? "答对了" : "再想一想"), why) : null,
    poll.isShown ? h("p", { class: "poll-count" }, `${poll.total} 人已作答`) : null);
}
