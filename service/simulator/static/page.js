// The page: puts the line, the texts and the call together with what stands on the screen.

import { Call } from "./call.js";
import { Chat } from "./chat.js";
import { Line } from "./line.js";
import { Sound } from "./sound.js";
import { languageOf } from "./language.js";

const at = (id) => document.getElementById(id);
const words = JSON.parse(document.body.dataset.words);
const fill = (name, fields = {}) => words[name].replace(/\{(\w+)\}/g, (_, field) => fields[field]);
const number = at("number");

const line = new Line({
  accountSid: document.body.dataset.accountSid,
  publicUrl: document.body.dataset.publicUrl,
  parties: () => ({ from: chat.number, to: at("reaches").value }),
});
const chat = new Chat(line, {
  message: (who, said) => add("chat", { who, from: words[who], said, lang: languageOf(said) }),
  silent: () => add("chat", { who: "note", said: words.no_answer }),
  failed: (error) => complain("text-error", error),
  cleared: () => {
    at("chat").setAttribute("aria-live", "off"); // what is remembered is shown, not announced
    clear("chat");
  },
  opened: () => setTimeout(() => at("chat").setAttribute("aria-live", "polite"), 1000),
});
const sound = new Sound(at("sound"));
let call = null;

// Texts

at("text-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = at("message").value.toWellFormed();
  if (!said.trim()) return at("message").focus();
  at("message").value = "";
  at("text-error").textContent = "";
  at("message").focus();
  return chat.send(said);
});

at("message").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  at("text-form").requestSubmit();
});

// Call

at("call-start").addEventListener("click", () => {
  clear("transcript");
  at("call-error").textContent = "";
  status("ringing");
  onCall(true);
  call = new Call(line, sound, {
    heard: ({ words: said, name, lang, seconds, note }) => add("transcript", {
      who: "line",
      said: said ?? fill("no_words", { name }),
      lang: lang?.slice(0, 2),
      note: [note && words[note], duration(seconds)].filter(Boolean).join(". "),
    }),
    caller: (what, fields) => (what === "pressed" ? addKey(fields.keys) : add("transcript", { who: "you", said: fill(what, fields) })),
    waiting: (speech) => {
      status("on");
      at("dialling").hidden = true;
      at("say-form").hidden = !speech;
    },
    dialling: (called) => {
      status("dialling", { number: called });
      at("say-form").hidden = true;
      at("dialling").hidden = false;
    },
    ended: () => {
      status("ended");
      onCall(false);
    },
    failed: (error) => complain("call-error", error),
  });
  call.start();
});

at("call-end").addEventListener("click", () => call.hangUp());

at("keypad").addEventListener("click", (event) => {
  const key = event.target.closest("button")?.dataset.key;
  if (key) press(key);
});

at("keys").addEventListener("input", () => {
  const typed = [...at("keys").value].filter((key) => /[0-9*#]/.test(key));
  at("keys").value = "";
  typed.forEach(press);
});

document.addEventListener("keydown", (event) => {
  const elsewhere = event.target.closest("input, textarea, select") || event.ctrlKey || event.altKey || event.metaKey;
  if (at("call-end").hidden || elsewhere || !at("keyboard").checked || !/^[0-9*#]$/.test(event.key)) return;
  event.preventDefault();
  press(event.key);
});

at("dialling").addEventListener("click", (event) => {
  const outcome = event.target.closest("button")?.dataset.outcome;
  if (!outcome) return;
  at("dialling").hidden = true;
  at("keys").focus();
  call.dialled(outcome);
});

at("say-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const said = at("say").value.trim();
  at("say").value = "";
  if (!said) return;
  at("keys").focus();
  call.say(said);
});

// This phone

number.addEventListener("change", () => {
  const typed = number.value.replace(/[\s()-]/g, "");
  const good = /^\+[1-9][0-9]{6,14}$/.test(typed);
  number.setAttribute("aria-invalid", String(!good));
  at("number-error").textContent = good ? "" : at("number-error").dataset.bad;
  if (!good) return;
  number.value = typed;
  sessionStorage.setItem("number", typed);
  chat.open(typed);
});

at("forget").addEventListener("click", () => chat.forget());
at("play-sound").addEventListener("change", () => { at("sound").muted = !at("play-sound").checked; });
at("announce").addEventListener("change", () => {
  at("transcript").setAttribute("aria-live", at("announce").checked ? "polite" : "off");
});

number.value = sessionStorage.getItem("number") ?? number.value;
at("sound").muted = !at("play-sound").checked;
chat.open(number.value);
chat.listen();

// What the above is made of

function press(key) {
  const button = at("keypad").querySelector(`[data-key="${key}"]`);
  button.classList.add("pressed");
  setTimeout(() => button.classList.remove("pressed"), 150);
  call.press(key);
}

function onCall(on) {
  at("call-start").hidden = on;
  at("call-end").hidden = !on;
  at("typing").hidden = !on;
  at("dialling").hidden = true;
  at("say-form").hidden = true;
  for (const key of at("keypad").children) key.disabled = !on;
  number.disabled = at("reaches").disabled = on; // a call keeps its two numbers to its end
  if (on) at("keys").focus();
  else if (document.activeElement === document.body || at("call-end").parentElement.contains(document.activeElement)) {
    at("call-start").focus();
  }
}

function status(name, fields) {
  at("call-status").textContent = fill(`status_${name}`, fields);
}

function complain(place, error) {
  if (!error) {
    at(place).textContent = "";
    return;
  }
  at(place).textContent = words[`error_${error.name}`] ? fill(`error_${error.name}`, error.fields) : String(error.message);
}

// Put one item at the end of a log. It is built whole first, so that a screen reader says it once.
function add(place, { who, from, said, lang, note }) {
  const item = element("div", `item ${who}`);
  if (who === "you") item.setAttribute("aria-live", "off"); // people know what they did
  if (from) item.append(element("p", "from", from));
  const body = element("p", "said", said);
  if (lang) body.lang = lang;
  item.append(body);
  if (note) item.append(element("p", "note", note));
  const log = at(place);
  log.hidden = false;
  at(`${place}-empty`).hidden = true;
  log.append(item);
  log.scrollTop = item.offsetTop - log.offsetTop; // the beginning of a long one, the end of the log otherwise
  return item;
}

// Keys pressed one after another stand in one line.
function addKey(key) {
  let item = at("transcript").lastElementChild;
  if (!item?.dataset.keys) {
    item = add("transcript", { who: "you", said: "" });
    item.dataset.keys = "";
  }
  item.dataset.keys = `${item.dataset.keys} ${key}`.trim();
  item.querySelector(".said").textContent = fill("pressed", { keys: item.dataset.keys });
}

function clear(place) {
  at(place).replaceChildren();
  at(place).hidden = true;
  at(`${place}-empty`).hidden = false;
}

function duration(seconds) {
  if (!Number.isFinite(seconds)) return "";
  const whole = Math.max(1, Math.round(seconds));
  return whole === 1 ? words.one_second : fill("seconds", { seconds: whole });
}

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}
