// The texts: what was sent and what came back, kept for this tab alone.

import { PhoneError, sid } from "./line.js";

const POLL_MS = 2000;

export class Chat {
  // `show` is told: message (who, words), silent, cleared, opened, failed (with null when it works again).
  constructor(line, show) {
    this.line = line;
    this.show = show;
    this.failing = false;
  }

  // Show what this tab remembers of the number it now has, and go on listening for texts to it.
  open(number) {
    this.number = number;
    this.key = `texts ${number}`;
    const kept = JSON.parse(sessionStorage.getItem(this.key) ?? '{"after":0,"messages":[]}');
    this.after = kept.after;
    this.messages = kept.messages;
    this.show.cleared();
    for (const { who, words } of this.messages) this.show.message(who, words);
    this.show.opened();
  }

  forget() {
    this.messages = [];
    this.#keep();
    this.show.cleared();
  }

  async send(words) {
    this.#add("you", words);
    const id = sid("SM");
    const form = { MessageSid: id, SmsMessageSid: id, SmsSid: id, SmsStatus: "received", Body: words, NumMedia: "0", NumSegments: "1" };
    try {
      const verbs = await this.line.hear("/twilio/sms", form);
      for (const verb of verbs) this.#add("line", message(verb));
      if (!verbs.length) this.show.silent();
    } catch (error) {
      this.show.failed(error);
    }
  }

  // Ask every two seconds, while the page can be seen, whether the line sent a text by itself.
  async listen() {
    if (!document.hidden) await this.#fetch();
    setTimeout(() => this.listen(), this.failing ? POLL_MS * 5 : POLL_MS);
  }

  async #fetch() {
    const { number } = this;
    try {
      const found = await this.line.inbox(number, this.after);
      if (this.failing) this.show.failed(null);
      this.failing = false;
      if (number !== this.number) return; // the phone changed its number meanwhile
      for (const { id, body } of found) {
        this.after = Math.max(this.after, id);
        this.#add("line_sent", body);
      }
    } catch {
      if (!this.failing) this.show.failed(new PhoneError("inbox"));
      this.failing = true;
    }
  }

  #add(who, words) {
    this.messages.push({ who, words });
    this.#keep();
    this.show.message(who, words);
  }

  #keep() {
    sessionStorage.setItem(this.key, JSON.stringify({ after: this.after, messages: this.messages }));
  }
}

function message(verb) {
  if (verb.tagName !== "Message") throw new PhoneError("twiml", { detail: `<${verb.tagName}>` });
  return (verb.querySelector("Body") ?? verb).textContent;
}
