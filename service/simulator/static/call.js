// One call: plays what the line says and waits where the line waits, as Twilio does.

import { PhoneError, sid } from "./line.js";

const PROMPTS = ["Say", "Play", "Pause"];
const VERBS = [...PROMPTS, "Gather", "Redirect", "Dial", "Hangup", "Reject"];
const STEPS_ALONE = 50; // more pages than this with nothing said by the caller is a loop
const WORDS_A_SECOND = 2.5;

export class Call {
  // `sound` plays recordings; `show` is told what happens: heard, caller, waiting, dialling, ended, failed.
  constructor(line, sound, show) {
    this.line = line;
    this.sound = sound;
    this.show = show;
    this.sid = sid("CA");
    this.status = "ringing";
    this.turn = 0; // grows whenever the call moves on, so that what is left over from before falls silent
    this.alone = 0;
    this.ahead = ""; // keys pressed while the next page is on its way
    this.stopPrompt = () => {};
  }

  start() {
    return this.#go("/twilio/voice");
  }

  press(key) {
    if (this.status === "completed" || this.dial) return;
    this.show.caller("pressed", { keys: key });
    this.alone = 0;
    if (this.gather) this.#key(key);
    else this.ahead += key;
  }

  say(words) {
    if (!this.gather) return;
    this.show.caller("said", { words });
    this.alone = 0;
    this.#leaveGather({ SpeechResult: words, Confidence: "0.9" });
  }

  dialled(outcome) {
    const { dial, rest } = this;
    if (!dial) return;
    this.dial = null;
    clearTimeout(this.timer);
    this.alone = 0;
    const action = dial.getAttribute("action");
    if (action === null) this.#run(rest, ++this.turn);
    else this.#go(this.line.path(action, this.here), { DialCallStatus: outcome, DialCallSid: sid("CA") });
  }

  // End the call from our side; the line is told, as Twilio tells it.
  async hangUp() {
    if (this.status === "completed") return;
    this.status = "completed";
    this.turn += 1;
    this.gather = this.dial = null;
    clearTimeout(this.timer);
    this.stopPrompt();
    this.show.ended();
    await this.#guard(() => this.line.tell("/twilio/voice/status", { ...this.#form(), CallDuration: "1", Duration: "1" }));
  }

  #form() {
    const { from, to } = this.line.parties();
    return { CallSid: this.sid, CallStatus: this.status, Direction: "inbound", Caller: from, Called: to };
  }

  // Ask for a page and play it.
  #go(path, extra = {}) {
    const turn = ++this.turn;
    this.gather = null;
    this.stopPrompt();
    return this.#guard(async () => {
      this.alone += 1;
      if (this.alone > STEPS_ALONE) throw new PhoneError("loop");
      const verbs = await this.line.hear(path, { ...this.#form(), ...extra });
      if (turn !== this.turn) return;
      this.here = path;
      this.status = "in-progress";
      await this.#run(verbs, turn);
    });
  }

  // Play verbs until the line waits for the caller or has no more to say.
  async #run(verbs, turn) {
    for (let position = 0; position < verbs.length; position += 1) {
      if (turn !== this.turn) return;
      const verb = verbs[position];
      const rest = verbs.slice(position + 1);
      const name = known(verb, VERBS);
      if (name === "Gather") return this.#listen(verb, rest, turn);
      if (name === "Redirect") return this.#go(this.line.path(words(verb), this.here));
      if (name === "Dial") return this.#dial(verb, rest);
      if (name === "Hangup" || name === "Reject") break;
      await this.#prompt(verb, turn);
    }
    if (turn === this.turn) await this.hangUp();
  }

  // Play the prompts of a <Gather>, then count the silence. A key stops the prompts.
  async #listen(gather, rest, turn) {
    this.gather = gather;
    this.rest = rest;
    this.typed = "";
    this.show.waiting(takes(gather, "speech"));
    const ahead = this.ahead;
    this.ahead = "";
    for (const [position, key] of [...ahead].entries()) {
      if (turn !== this.turn) {
        this.ahead = ahead.slice(position);
        return;
      }
      this.#key(key);
    }
    for (const prompt of gather.children) {
      if (turn !== this.turn || this.typed) return;
      known(prompt, PROMPTS);
      await this.#prompt(prompt, turn);
    }
    if (turn === this.turn && !this.typed) this.#countSilence();
  }

  #key(key) {
    if (!takes(this.gather, "dtmf")) return;
    const finish = this.gather.getAttribute("finishOnKey") ?? "#";
    const last = finish.includes(key);
    if (!last) this.typed += key;
    this.stopPrompt();
    if (last || this.typed.length === Number(this.gather.getAttribute("numDigits"))) this.#gathered();
    else this.#countSilence();
  }

  #countSilence() {
    clearTimeout(this.timer);
    const seconds = Number(this.gather.getAttribute("timeout") ?? 5) || 5;
    this.timer = setTimeout(() => this.#gathered(), seconds * 1000);
  }

  // A gather that got nothing falls through to the next verb, unless it asked to be told.
  #gathered() {
    const told = this.gather.getAttribute("actionOnEmptyResult") === "true";
    if (!this.typed && told) this.show.caller("silent", {});
    if (this.typed || told) {
      this.#leaveGather({ Digits: this.typed });
    } else {
      clearTimeout(this.timer);
      this.gather = null;
      this.#guard(() => this.#run(this.rest, ++this.turn));
    }
  }

  #leaveGather(heard) {
    clearTimeout(this.timer);
    this.#go(this.line.path(this.gather.getAttribute("action") ?? this.here, this.here), heard);
  }

  #dial(dial, rest) {
    this.dial = dial;
    this.rest = rest;
    this.show.dialling(words(dial));
    const seconds = Number(dial.getAttribute("timeout") ?? 30) || 30;
    this.timer = setTimeout(() => this.dialled("no-answer"), seconds * 1000);
  }

  // Play one prompt to its end, or until the call moves on.
  async #prompt(prompt, turn) {
    const stopped = new Promise((resolve) => {
      this.stopPrompt = () => {
        this.sound.stop();
        resolve();
      };
    });
    if (prompt.tagName === "Play") await this.#play(this.line.path(words(prompt), this.here), turn, stopped);
    if (prompt.tagName === "Pause") await silence(Number(prompt.getAttribute("length") ?? 1), stopped);
    if (prompt.tagName === "Say") {
      const said = words(prompt);
      this.show.heard({ words: said, lang: prompt.getAttribute("language"), note: "no_recording" });
      await silence(said.split(/\s+/).length / WORDS_A_SECOND, stopped);
    }
    this.stopPrompt = () => {};
  }

  async #play(address, turn, stopped) {
    const transcript = this.line.transcript(address).catch(() => null);
    const ended = this.sound.play(address);
    const [said, seconds] = await Promise.all([transcript, this.sound.length]);
    if (turn !== this.turn) return;
    const lang = /^\/audio\/(en|es)\//.exec(address)?.[1];
    this.show.heard({ words: said, name: address.split("/").at(-1), lang, seconds, note: seconds === null ? "unplayed" : "" });
    if (seconds === null) await silence((said ?? "").split(/\s+/).length / WORDS_A_SECOND, stopped);
    else await Promise.race([ended, stopped]);
  }

  async #guard(work) {
    try {
      await work();
    } catch (error) {
      this.show.failed(error);
      if (this.status !== "completed") await this.hangUp();
    }
  }
}

function silence(seconds, stopped) {
  let timer;
  const over = new Promise((resolve) => { timer = setTimeout(resolve, seconds * 1000); });
  return Promise.race([over, stopped]).then(() => clearTimeout(timer));
}

function known(verb, names) {
  if (!names.includes(verb.tagName)) throw new PhoneError("twiml", { detail: `<${verb.tagName}>` });
  return verb.tagName;
}

function takes(gather, kind) {
  return (gather.getAttribute("input") ?? "dtmf").split(" ").includes(kind);
}

function words(verb) {
  return verb.textContent.trim();
}
