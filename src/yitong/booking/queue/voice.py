"""What a loudspeaker says at a call, as text for a speech engine; names stay masked there as on the screen."""

import re

from yitong.kernel.text import Bilingual

_DIGITS = dict(zip("0123456789", "零一二三四五六七八九", strict=True))


def spoken_number(number_text: str) -> Bilingual:
    """A ticket number digit by digit: ``A 零一二``, ``A 0 1 2``; engines would read 012 as twelve."""
    letter, digits = number_text[:1], number_text[1:]
    said = "".join(_DIGITS.get(one, one) for one in digits)
    return Bilingual(f"{letter} {said}", " ".join([letter, *digits]))


def spoken_name(name_masked: str) -> str:
    """A masked name as it can be said aloud: 王*明 is 王某明."""
    return re.sub(r"\*+", "某", name_masked)


def call(number_text: str, name_masked: str, room: Bilingual, calls: int) -> Bilingual:
    """The sentence of a call. A repeated call says so, for those who heard half of it."""
    number, name = spoken_number(number_text), spoken_name(name_masked)
    again_zh, again_en = ("再次呼叫，", "Calling again. ") if calls > 1 else ("", "")
    return Bilingual(
        f"{again_zh}请 {number.zh} 号，{name}，到{room.zh}就诊。",
        f"{again_en}Number {number.en}, please go to {room.en}.",
    )
