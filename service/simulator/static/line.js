// The line: signs and posts as the phone company does, and reads the TwiML that comes back as strictly.

const DOCUMENT_BYTES = 64 * 1024; // Twilio's own limit, error 11750

export class PhoneError extends Error {
  // `name` is the name of a sentence in the page's words (without "error_"), `fields` fill it in.
  constructor(name, fields = {}) {
    super(name);
    this.name = name;
    this.fields = fields;
  }
}

export class Line {
  constructor({ accountSid, publicUrl, parties }) {
    this.accountSid = accountSid;
    this.publicUrl = publicUrl;
    this.parties = parties; // () => ({ from, to }), read anew for every request
  }

  // Post a form to `path` and give the verbs of the answer.
  async hear(path, form) {
    const answer = await this.tell(path, form);
    const body = await answer.text();
    if (new Blob([body]).size > DOCUMENT_BYTES) throw new PhoneError("twiml", { detail: "64 kB" });
    const root = new DOMParser().parseFromString(body, "text/xml").documentElement;
    if (root.tagName !== "Response") throw new PhoneError("twiml", { detail: `<${root.tagName}>` });
    return [...root.children];
  }

  // Post a signed form and take any answer that is not an error.
  async tell(path, extra) {
    const form = { ...this.#common(), ...extra };
    const { signature } = await (await this.#fetch("/phone/sign", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ path, params: form }),
    })).json();
    return this.#fetch(path, {
      method: "POST",
      headers: { "X-Twilio-Signature": signature },
      body: new URLSearchParams(form),
    });
  }

  // The words of a recording, or null.
  async transcript(address) {
    const name = address.slice("/audio/".length);
    const answer = await this.#fetch(`/phone/transcript?name=${encodeURIComponent(name)}`, {});
    return (await answer.json()).words;
  }

  // Texts that the line sent to `number` by itself after the one with the id `after`.
  async inbox(number, after) {
    const asked = new URLSearchParams({ number, after });
    return (await (await this.#fetch(`/phone/inbox?${asked}`, {})).json()).messages;
  }

  // An address in TwiML, relative or whole, as a path on this server.
  path(address, here = "/") {
    const own = address.startsWith(this.publicUrl + "/") ? address.slice(this.publicUrl.length) : address;
    const url = new URL(own, new URL(here, location.origin));
    if (url.origin !== location.origin) throw new PhoneError("twiml", { detail: address });
    return url.pathname + url.search;
  }

  #common() {
    const { from, to } = this.parties();
    const places = { FromCity: "", FromState: "", FromZip: "", FromCountry: "US" };
    return { AccountSid: this.accountSid, ApiVersion: "2010-04-01", From: from, To: to, ToCountry: "US", ...places };
  }

  async #fetch(address, options) {
    let answer;
    try {
      answer = await fetch(address, { ...options, redirect: "error" });
    } catch {
      throw new PhoneError("reach");
    }
    if (!answer.ok) throw new PhoneError("status", { status: answer.status });
    return answer;
  }
}

// A fresh id in Twilio's form, such as CA and 32 hexadecimal digits.
export function sid(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return prefix + [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
