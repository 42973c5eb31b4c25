// Tells English from Spanish, so that a screen reader says each text in its own language.

const SPANISH = new Set("el la los las de del que una su sus es para por con llame usted no emergencia mande más clínica".split(" "));
const ENGLISH = new Set("the of to you your a is and for with call emergency send no this are not clinic".split(" "));

// "en", "es", or undefined where it cannot be told, as for a number.
export function languageOf(text) {
  const found = text.toLowerCase().match(/\p{L}+/gu) ?? [];
  const spanish = found.filter((word) => SPANISH.has(word)).length + (/[¿¡ñáéíóú]/i.test(text) ? 2 : 0);
  const english = found.filter((word) => ENGLISH.has(word)).length;
  if (spanish === english) return undefined;
  return spanish > english ? "es" : "en";
}
