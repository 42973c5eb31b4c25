// Counts a template's segments while it is written, and shows it as a phone will. The server counts again: this adds
// nothing but speed. The alphabets and the fields come from the page, so that they stand in one place.

const place = document.querySelector("[data-counter]");
const { basic, extended, longest, sample } = JSON.parse(place.dataset.counter);
const said = document.querySelector("[data-said]");
const filled = (words, fields) => words.replace(/\{([a-z_]+)\}/g, (whole, name) => fields[name] ?? whole);

function parts(widths, alone, joined) {
  if (widths.reduce((sum, width) => sum + width, 0) <= alone) return 1;
  let segments = 1, used = 0;
  for (const width of widths) {
    if (used + width > joined) { segments += 1; used = 0; }
    used += width;
  }
  return segments;
}

function cut(text) {
  const letters = [...text];
  const costly = [...new Set(letters.filter((one) => !basic.includes(one) && !extended.includes(one)))];
  const widths = letters.map((one) => costly.length ? one.length : extended.includes(one) ? 2 : 1);
  const units = widths.reduce((sum, width) => sum + width, 0);
  const segments = costly.length ? parts(widths, 70, 67) : parts(widths, 160, 153);
  return { units, segments, costly };
}

function price({ segments, units }) {
  const { one, many, characters } = place.dataset;
  return `${segments === 1 ? one : many.replace("#", segments)}, ${characters.replace("#", units)}`;
}

// An unseen character is named by its number; a letter with an accent by the plain one that would do.
function named(one) {
  const letter = one.normalize("NFKD").replace(/\p{M}/gu, "");
  const seen = /[\p{L}\p{N}\p{P}\p{S}]/u.test(one) ? `${one}` : `U+${one.codePointAt(0).toString(16).toUpperCase()}`;
  return letter !== one && basic.includes(letter) ? `${seen} → ${letter}` : seen;
}

function count(area) {
  const line = document.querySelector(`[data-count="${area.id}"]`);
  const found = cut(filled(area.value, longest[area.lang]));
  line.replaceChildren();
  if (!area.value.trim()) return "";
  line.append(`${place.dataset.longest} ${price(found)} `);
  if (!found.costly.length) return `${found.segments}`;
  const strong = document.createElement("strong");
  strong.textContent = `${place.dataset.costly} ${found.costly.map(named).join(" · ")}`;
  line.append(strong);
  return line.textContent;
}

function show(language) {
  // What the server said of the words before does not hold for these.
  document.querySelector(`[data-remarks="${language}"]`)?.remove();
  const phone = document.querySelector(`[data-phone="${language}"]`);
  const forms = [...place.querySelectorAll(`textarea[lang="${language}"]`)].map((area) => area.value.trim()).filter(Boolean);
  if (!phone || !forms.length) return;
  const texts = forms.map((words) => filled(words, sample[language]));
  const text = texts.find((one) => cut(one).segments === 1 && !cut(one).costly.length) ?? texts.at(-1);
  phone.hidden = false;
  phone.querySelector(".bubble").textContent = text;
  phone.querySelector("[data-cost]").textContent = price(cut(text));
}

// Told to a screen reader after a rest, and only when the price or its reason has changed.
let rest = 0;
const before = {};
place.addEventListener("input", ({ target: area }) => {
  const now = count(area);
  show(area.lang);
  clearTimeout(rest);
  rest = setTimeout(() => {
    if (before[area.id] !== now) said.textContent = document.querySelector(`[data-count="${area.id}"]`).textContent;
    before[area.id] = now;
  }, 1200);
});
for (const area of place.querySelectorAll("textarea")) before[area.id] = count(area);
