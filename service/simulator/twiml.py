"""TwiML read as strictly as Twilio reads it: what could not be played or sent is refused in one plain sentence."""

from __future__ import annotations

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

# Twilio's own limits: error 11750 (size of a document) and 21617 (characters of a message).
DOCUMENT_BYTES = 64 * 1024
MESSAGE_CHARACTERS = 1600


class PhoneError(Exception):
    """What a real phone could not have gone on from, said in one plain sentence."""


def document(body: bytes) -> list[Element]:
    """The verbs of a TwiML document. Raises PhoneError where Twilio would report 11750 or 12100."""
    if len(body) > DOCUMENT_BYTES:
        raise PhoneError(f"The TwiML has {len(body)} bytes; Twilio takes {DOCUMENT_BYTES}.")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise PhoneError("The TwiML declares a document type, which Twilio does not take.")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - small and without entities, checked above
    except ElementTree.ParseError as error:
        raise PhoneError(f"The TwiML cannot be read: {error}.") from error
    if root.tag != "Response":
        raise PhoneError(f"The TwiML begins with <{root.tag}>, not with <Response>.")
    return list(root)


def message(verb: Element) -> str:
    """The words of a <Message>. Raises PhoneError where Twilio would refuse to send it."""
    known(verb, "Message")
    body = verb.find("Body")
    said = (verb.text if body is None else body.text) or ""
    if not 0 < len(said) <= MESSAGE_CHARACTERS:
        raise PhoneError(f"A message has {len(said)} characters; Twilio sends 1 to {MESSAGE_CHARACTERS}.")
    return said


def known(verb: Element, *tags: str) -> None:
    """Raises PhoneError (Twilio: 12200) where `verb` is none of `tags`."""
    if verb.tag not in tags:
        raise PhoneError(f"The TwiML says <{verb.tag}> where only {', '.join(tags)} can stand.")


def words(verb: Element) -> str:
    """What stands inside a verb: an address or something to say."""
    return "".join(verb.itertext()).strip()
