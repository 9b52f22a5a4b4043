"""Process charts told in Korean sentences, each with the body of its plan; what is asked for around them."""

from __future__ import annotations

from random import Random

from diagram_core.synthesis.korean_words import (
    HANDLED,
    SHORT,
    THINGS,
    actions_named,
    and_mark,
    called,
    object_mark,
    question,
    subject_mark,
    to_mark,
    topic_mark,
)
from diagram_core.synthesis.paths import PAIR, Row, path_lines
from diagram_core.synthesis.phrasing import chance, pick

_SHOPS = (
    "카페",
    "병원",
    "공방",
    "빵집",
    "회사",
    "연구실",
    "학교",
    "서점",
    "식당",
    "도서관",
    "스타트업",
    "공장",
    "학원",
    "동호회",
)
_GOALS = ("신입 사원 교육", "다음 주 회의", "발표", "논문", "보고서", "포스터", "게시판", "매뉴얼", "수업", "사내 위키")
_YES_NO = (
    ("예이면", "아니오이면"), ("예라면", "아니라면"), ("맞으면", "아니면"), ("그렇다면", "그렇지 않다면"),
    ("예면", "아니면"),
    ("'예'이면", "'아니오'이면"), ("그러면", "아니면"), ("예일 때는", "아니오일 때는"),
)  # fmt: skip
_THREE = (
    ("작으면", "보통이면", "크면"), ("빨강이면", "노랑이면", "초록이면"), ("낮으면", "중간이면", "높으면"),
    ("현금이면", "카드이면", "쿠폰이면"), ("양성이면", "음성이면", "불분명하면"), ("승인되면", "보류되면", "거절되면"),
    ("유리이면", "종이이면", "금속이면"), ("급하면", "보통이면", "스팸이면"), ("전화이면", "메일이면", "방문이면"),
)  # fmt: skip
_GOOD = (
    "통과하면", "합격하면", "합격이면", "이상 없으면", "괜찮으면", "성공하면", "승인이 나면", "문제없으면",
    "좋으면", "기준을 넘으면", "맞으면", "점수가 충분하면", "재고가 있으면", "정확도가 높으면", "동의하면",
    "정상이면", "가능하면",
)  # fmt: skip
_NOT = ("아니면", "아니면", "안 되면", "그렇지 않으면", "아닐 경우", "그 외에는", "아니라면", "그렇지 않을 때는")
_BAD = (
    "떨어지면",
    "불합격이면",
    "문제가 있으면",
    "실패하면",
    "거절되면",
    "틀리면",
    "모자라면",
    "안 좋으면",
    "이상하면",
)


def told_chart(rng: Random) -> tuple[str, str]:
    """Steps told in sentences, with a question, a way back or steps side by side: (prompt, body of the plan)."""
    return pick(
        rng,
        _polite,
        _asked,
        _asked,
        _asked,
        _asked_twice,
        _three_ways,
        _way_back,
        _way_back,
        _at_once,
        _teams,
        _headed,
        *2 * (_terse_decision,),
    )(rng)


def asked_for(rng: Random, prompt: str) -> str:
    """The prompt behind a request or a story, which is not drawn: `환불 절차를 순서도로 그려 주세요. ...`."""
    what = f"{pick(rng, *SHORT, *HANDLED)} {pick(rng, '절차', '과정', '업무', '순서', '작업 흐름', '처리 방법')}"
    drawn = pick(rng, "순서도로", "그림으로", "다이어그램으로", "도식으로", "흐름도로", "한눈에 보이게", "차트로")
    asks = pick(rng, "그려 주세요", "그려줘", "그려 주실 수 있나요?", "만들어 주세요", "부탁드립니다", "나타내 줘")
    goal, shop, count = pick(rng, *_GOALS), pick(rng, *_SHOPS), rng.randint(3, 90)
    request = f"{what}{object_mark(what)} {drawn} {asks}"
    request += "" if request.endswith("?") else pick(rng, ". ", ". ", ": ")
    request = request + " " if request.endswith("?") else request
    story = pick(
        rng, "", "", "", f"저희는 {count}명이 일하는 작은 {shop}입니다. ", f"{goal}에 쓸 그림이 필요합니다. ",
        "새로 온 사람들이 순서를 자꾸 잊어버립니다. ", f"{shop}에서 쓰는 {what}입니다. ", f"{goal}에 넣을 그림이에요. ",
        f"{rng.randint(2005, 2024)}년부터 이렇게 하고 있습니다. ", f"{shop} 벽에 붙여 두려고 합니다. ", "안녕하세요. ",
        f"{what}{subject_mark(what)} 너무 복잡하다고들 합니다. ",
    )  # fmt: skip
    if story and chance(rng, 0.4):
        return story + prompt
    if chance(rng, 0.2):
        return f"{story}{prompt.rstrip('.')}. {request.rstrip(': ')}"
    return story + request + prompt


def _lead(rng: Random, before: list[str]) -> str:
    """Steps one after the other, up to what comes next: `먼저 접수, 그다음 심사를 하고 나서 `."""
    if chance(rng, 0.35):
        return _sentences(rng, before) + " "
    row = pick(rng, ", ", " -> ", " 후 ", " 다음 ", ", 그다음 ").join(before)
    last = before[-1]
    return f"{pick(rng, '', '', '먼저 ', '우선 ')}{row}" + pick(
        rng,
        f"{object_mark(last)} 합니다. ",
        ". ",
        ", 그다음 ",
        " 후 ",
        f"{subject_mark(last)} 끝나면 ",
        " 다음에는 ",
        " 뒤에 ",
    )


def _sentences(rng: Random, steps: list[str]) -> str:
    """A sentence for each step: `먼저 접수입니다. 다음은 심사입니다.`."""
    first, *others = steps
    told = [
        pick(
            rng,
            f"먼저 {first}{object_mark(first)} 합니다",
            f"처음은 {first}입니다",
            f"{first}부터 시작합니다",
            f"첫 단계는 {first}입니다",
            f"우선 {first}{object_mark(first)} 진행합니다",
        )
    ]
    for step in others:
        told.append(
            pick(
                rng,
                f"다음은 {step}입니다",
                f"그다음은 {step}입니다",
                f"그다음에 {step}{object_mark(step)} 합니다",
                f"이어서 {step}{subject_mark(step)} 진행됩니다",
                f"그 뒤에 {step}{subject_mark(step)} 이어집니다",
                f"그리고 {step}{object_mark(step)} 합니다",
            )
        )
    return ". ".join(told) + "."


def _polite(rng: Random) -> tuple[str, str]:
    """A row in polite sentences."""
    *steps, last = actions_named(rng, rng.randint(3, 6))
    end = pick(rng, f"마지막은 {last}입니다", f"끝으로 {last}{object_mark(last)} 합니다", f"마지막으로 {last}입니다")
    return f"{_sentences(rng, steps)} {end}{pick(rng, '.', '')}", path_lines([[[step] for step in (*steps, last)]])


def _asks(rng: Random, asked: str) -> str:
    """The question as it stands: `'합격?'이라는 판단입니다. `, `합격? `."""
    quote = pick(rng, "'", "'", '"')
    named = f"{quote}{asked}{quote}"
    judging = pick(rng, "판단", "질문", "결정", "분기", "확인 단계")
    return pick(
        rng,
        f"{named}{called(asked)} {judging}{pick(rng, '입니다', f'{subject_mark(judging)} 있습니다')}. ",
        f"{judging} {named}. ",
        f"{named} {judging}: ",
        f"{asked} ",
        f"{asked} ",
        f"{judging}: {asked} ",
    )


def _goes(rng: Random, step: str, is_back: bool, polite: bool) -> str:
    """Where a side leads: `배송으로 갑니다`, or back: `접수로 돌아갑니다`."""
    to = f"{step}{to_mark(step)}"
    if is_back:
        ends = ("돌아갑니다", "되돌아갑니다", "다시 갑니다") if polite else ("돌아감", "되돌아감", "돌아가기")
        return pick(rng, f"{to} {pick(rng, *ends)}", f"다시 {step}{'입니다' if polite else ''}")
    if polite:
        return pick(rng, f"{to} 갑니다", f"{step}{object_mark(step)} 합니다", f"{step}입니다", f"{to} 넘어갑니다")
    return pick(rng, step, step, to)


def _answered(rng: Random, sides: list[list[str]], before: list[str]) -> str:
    """Both answers to a question: `예이면 배송, 아니오이면 접수로 돌아갑니다`."""
    yes, no = pick(rng, *_YES_NO)
    if chance(rng, 0.35):
        yes, no = no, yes
    polite = chance(rng, 0.6)
    told = []
    for number, side in enumerate(sides):
        *through, last = side
        words = "".join(f"{step} 후 " for step in through)
        told.append(words + _goes(rng, last, last in before, polite and number == 1))
    if chance(rng, 0.2):
        one, other = pick(rng, ("예", "아니오"), ("아니오", "예"))
        return pick(rng, f"{one}: {told[0]}, {other}: {told[1]}", f"{one} -> {told[0]}, {other} -> {told[1]}")
    return f"{yes} {told[0]}{pick(rng, ', ', ', ', ' ', '. ')}{no} {told[1]}{pick(rng, '.', '')}"


def _branches(before: list[str], point: str, sides: list[list[str]]) -> list[Row]:
    start = [*([step] for step in before), [point]]
    if all(len(side) == 1 for side in sides):
        return [[*start, [step for (step,) in sides]]]
    first, *others = sides
    return [[*start, *([step] for step in first)], *([[point], *([step] for step in side)] for side in others)]


def _asked(rng: Random) -> tuple[str, str]:
    """A question as a step of its own: `'합격?'이라는 판단입니다. 예이면 통보, 아니오이면 심사로 갑니다`."""
    names = actions_named(rng, 6)
    before, (one, other, second) = names[: rng.randint(1, 3)], names[3:]
    back = pick(rng, *before)
    sides = pick(
        rng, [[one], [other]], [[one], [other]], [[one], [back]], [[one, second], [other]], [[one, second], [back]]
    )
    if chance(rng, 0.4):
        sides.reverse()
    asked = question(rng)
    rows = _branches(before, asked, sides)
    lead = _lead(rng, before)
    if lead.endswith(". ") and chance(rng, 0.25):
        lead += pick(rng, "다음은 ", "이제 ")
    told = lead + _asks(rng, asked) + _answered(rng, sides, before)
    if back not in (sides[0][-1], sides[1][-1]) and len(rows) == 1 and chance(rng, 0.25):
        last = f"{pick(rng, '어느 쪽이든', '두 경우 모두', '그 후에는 항상')} {second}"
        return f"{told.rstrip('.')}. {last}{pick(rng, '', '입니다', '입니다.')}", path_lines([[*rows[0], [second]]])
    return told, path_lines(rows)


def _asked_twice(rng: Random) -> tuple[str, str]:
    """Two questions, the second on one side of the first."""
    *before, first, one, other = actions_named(rng, rng.randint(4, 5))
    asked, again = question(rng), question(rng)
    while again == asked:
        again = question(rng)
    no, yes = pick(rng, ("아니오이면", "예이면"), ("아니면", "맞으면"), ("예이면", "아니오이면"))
    nth = pick(rng, "두 번째 질문", "다음 질문", "또 다른 판단", "두 번째 판단")
    told = f"{_lead(rng, before)}{_asks(rng, asked)}{no} {_goes(rng, first, False, chance(rng, 0.5))}"
    joint = f"{pick(rng, '. ', ', ')}{yes} "
    told += joint + pick(rng, f"{nth} '{again}'{to_mark(nth)} 갑니다. ", f"{nth}: {again} ", f"{nth}입니다. {again} ")
    sides = [[one], pick(rng, [other], [first])]
    told += _answered(rng, sides, [])
    rows = [*_branches(before, asked, [[first], [again]]), *_branches([], again, sides)]
    return told, path_lines(rows)


def _three_ways(rng: Random) -> tuple[str, str]:
    """Three ways from one step: `분류 후 작으면 A, 보통이면 B, 크면 C`."""
    *before, one, other, third = actions_named(rng, rng.randint(4, 6))
    ways = pick(rng, *_THREE)
    told = ", ".join(f"{way} {step}" for way, step in zip(ways, (one, other, third), strict=True))
    end = pick(rng, "", "", f"{to_mark(third)} 갑니다", "입니다.", f"{object_mark(third)} 합니다.")
    return f"{_lead(rng, before)}{told}{end}", path_lines(_branches(before[:-1], before[-1], [[one], [other], [third]]))


def _way_back(rng: Random) -> tuple[str, str]:
    """A row, and then a sentence about the way back: `검사에서 문제가 나오면 조립으로 되돌아갑니다`."""
    steps = actions_named(rng, rng.randint(3, 6))
    back = rng.randrange(len(steps) - 1)
    check = pick(rng, len(steps) - 1, rng.randint(back + 1, len(steps) - 1))
    source, target = steps[check], steps[back]
    trouble = pick(rng, "문제가 나오면", "오류가 발견되면", "불합격이면", "이상이 있으면", "결과가 나쁘면", "실패하면")
    returns = pick(rng, "되돌아감", "돌아갑니다", "돌아간다", "되돌아갑니다")
    told = pick(
        rng,
        f"{source}에서 {trouble} {target}{to_mark(target)} {returns}",
        f"{source}에서 {trouble} {target}부터 다시 {pick(rng, '시작합니다', '합니다', '한다')}",
        f"{source} 후에는 다시 {target}{to_mark(target)} 돌아갑니다",
        f"{source}{subject_mark(source)} 끝나면 {target}{to_mark(target)} 다시 돌아간다",
        f"만약 {source}{subject_mark(source)} 실패하면 {target}{object_mark(target)} 다시 합니다",
        f"{source}{topic_mark(source)} 다시 {target}{to_mark(target)} 이어집니다",
    )
    row = _sentences(rng, steps) if chance(rng, 0.5) else pick(rng, " -> ", ", ", " 후 ", " → ").join(steps) + "."
    rows = [[[step] for step in steps], [[source], [target]]]
    if check == len(steps) - 1:
        rows = [[*rows[0], [target]]]
    return f"{row} {told}{pick(rng, '.', '')}", path_lines(rows)


def _at_once(rng: Random) -> tuple[str, str]:
    """Steps side by side: `그다음 두 가지를 동시에 합니다. 하나는 포장, 다른 하나는 인쇄입니다. 둘 다 끝나면 발송`."""
    names = actions_named(rng, 6)
    before, side, last = names[: rng.randint(1, 2)], names[2 : pick(rng, 4, 4, 5)], names[5]
    two = len(side) == PAIR
    count = pick(rng, "두 가지", "두 작업", "두 단계") if two else pick(rng, "세 가지", "세 작업", "세 단계")
    at_once = pick(rng, "동시에", "병렬로", "나란히", "서로 독립적으로", "따로따로")
    names_told = ", ".join(side) if not two else f"{side[0]}{and_mark(side[0])} {side[1]}"
    told = pick(
        rng,
        f"{count}{object_mark(count)} {at_once} 합니다: {names_told}. ",
        f"{names_told}{subject_mark(side[-1])} {at_once} 진행됩니다. ",
        f"{names_told}{object_mark(side[-1])} {at_once} 합니다. ",
        f"하나는 {side[0]}, 다른 하나는 {side[1]}입니다. 둘은 {at_once} 진행됩니다. "
        if two
        else f"{count}{subject_mark(count)} {at_once} 시작됩니다. {names_told}입니다. ",
    )
    met = pick(rng, "둘 다 끝나면 ", "둘이 모두 끝난 뒤 ") if two else pick(rng, "모두 끝나면 ", "셋 다 끝난 뒤 ")
    end = pick(rng, f"{last}{object_mark(last)} 합니다", f"{last}입니다", last, f"{last}{to_mark(last)} 넘어갑니다")
    return f"{_lead(rng, before)}{told}{met}{end}", path_lines([[*([step] for step in before), side, [last]]])


def _teams(rng: Random) -> tuple[str, str]:
    """Rows side by side: `한 팀은 A 후 B, 다른 팀은 C를 합니다. B와 C가 모두 끝나면 D`."""
    names = actions_named(rng, 5)
    one, other, last = names[: rng.randint(1, 2)], names[2 : rng.randint(3, 4)], names[4]
    marks = pick(
        rng, ("한 팀은 ", "다른 팀은 "), ("1팀: ", "2팀: "), ("한쪽에서는 ", "다른 쪽에서는 "), ("A조는 ", "B조는 ")
    )
    link = pick(rng, " 후 ", " -> ", " 다음 ", ", 그다음 ")
    ends = [one[-1], other[-1]]
    verb = "" if ":" in marks[0] else f"{object_mark(ends[1])} 합니다"
    comma = pick(rng, ", ", ". ") if ":" in marks[0] else ", "
    told = f"{marks[0]}{link.join(one)}{comma}{marks[1]}{link.join(other)}{verb}. "
    told += f"{ends[0]}{and_mark(ends[0])} {ends[1]}{subject_mark(ends[1])} {pick(rng, '모두 ', '다 ')}끝나면 {last}"
    end = pick(rng, "", "입니다", f"{object_mark(last)} 합니다")
    return told + end, path_lines([[[step] for step in one], [[step] for step in other], [ends, [last]]])


def _headed(rng: Random) -> tuple[str, str]:
    """Headings for what goes in, what is done and what comes out: `입력: 질문. 단계: 임베딩, 검색. 출력: 답변`."""
    source, result = rng.sample(THINGS, 2)
    steps = [step for step in actions_named(rng, rng.randint(2, 5)) if step not in (source, result, "입력", "출력")]
    heads = pick(
        rng, ("입력", "단계", "출력"), ("입력", "처리", "출력"), ("입력", "과정", "결과"), ("시작", "단계", "결과물")
    )
    told = [source, pick(rng, ", ", " -> ", " 후 ").join(steps), result]
    lines = [f"{head}: {text}" for head, text in zip(heads, told, strict=True)]
    return pick(rng, ". ", "\n", ", ").join(lines), path_lines(
        [[[source], *([step] for step in steps), [result]]], (source, result)
    )


def _terse_decision(rng: Random) -> tuple[str, str]:
    """A step and what its outcome decides, in a few words: `서류 심사 후 통과하면 면접, 아니면 결과 통보`."""
    names = actions_named(rng, 7)
    before, (one, other, second) = names[: pick(rng, 1, 1, 1, 2, 3)], names[3:6]
    good = pick(rng, *_GOOD)
    bad = pick(rng, *_NOT) if chance(rng, 0.6) else pick(rng, *_BAD)
    sides = pick(
        rng, [[one], [other]], [[one], [other]], [[one], [other]], [[one, second], [other]], [[one], [other, second]]
    )
    if len(before) > 1 and chance(rng, 0.25):
        sides = [[one], [before[0]]]
    link = pick(rng, " 후 ", " 다음 ", " -> ", ", ", " 뒤 ")
    end = pick(rng, " 후 ", " 후 ", " 후에 ", " 결과 ", "에서 ", "해서 ", " 뒤 ", ", ")
    then = pick(rng, " 후 ", " 다음 ", " 하고 나서 ")
    first, last = (then.join(side) for side in sides)
    if sides[1][0] in before:
        last = pick(rng, f"다시 {last}", f"{last}{to_mark(last)} 돌아가기", f"{last}부터 다시", f"{last} 다시 하기")
    elif chance(rng, 0.4):
        last += pick(
            rng, f"{object_mark(last)} 합니다", "입니다", f"{to_mark(last)} 갑니다", f"{object_mark(last)} 진행"
        )
    comma = pick(rng, ", ", ", ", " ", "; ")
    told = f"{link.join(before)}{end}{good} {first}{comma}{bad} {last}"
    return told + pick(rng, "", "", "."), path_lines(_branches(before[:-1], before[-1], sides))
