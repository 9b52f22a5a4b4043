"""Networks and pipelines in Korean words, each with the body of its plan; names keep the script of the prompt."""

from __future__ import annotations

from random import Random

from diagram_core.structure import Direction
from diagram_core.synthesis.korean_charts import asked_for, told_chart
from diagram_core.synthesis.korean_words import (
    OBJECTS,
    SINGLE,
    SYSTEMS,
    THINGS,
    VERBS,
    actions_named,
    and_mark,
    object_mark,
    subject_mark,
    to_mark,
    topic_mark,
)
from diagram_core.synthesis.paths import step_path
from diagram_core.synthesis.phrasing import by, chance, marked, pick

_HEADS = ("신경망", "인공신경망", "딥러닝 모델", "다층 퍼셉트론", "MLP")
_ASKS = ("", "", " 그려줘", "을 그려 주세요", " 그림")
_COUNTERS = ("", "한", "두", "세", "네", "다섯", "여섯")  # numbers as they stand before what is counted
MAX_SIDE_BLOCKS = 4
DIRECTION_WORDS: dict[Direction, tuple[str, ...]] = {
    "right": ("가로로", "왼쪽에서 오른쪽으로", "가로 방향"),
    "down": ("세로로", "위에서 아래로", "세로 방향"),
}


def network(rng: Random) -> tuple[str, str]:
    """A dense, convolutional or other network: (prompt, body of the plan)."""
    form = pick(
        rng, *5 * (_dense,), *2 * (_cnn,), *2 * (_told_cnn,), _sequence, _autoencoder, *3 * (_inputs_and_heads,)
    )
    return form(rng)


def pipeline(rng: Random) -> tuple[str, str]:
    """Steps in a row, side by side or in a loop, or data that goes through systems: (prompt, body of the plan)."""
    prompt, body = pick(
        rng, *2 * (_row,), _parallel, _loop, _flow, _told, _listed, _decision, _relay, *7 * (told_chart,)
    )(rng)
    return (asked_for(rng, prompt) if chance(rng, 0.3) else prompt), body


def _row(rng: Random) -> tuple[str, str]:
    actions = actions_named(rng, rng.randint(2, 8))
    link = pick(rng, " -> ", " → ", " > ", ", ", " 다음 ", " 후 ", ", 그 다음 ", "하고 ", "한 다음 ", "->")
    if link in ("하고 ", "한 다음 ") and any(action.endswith("기") for action in actions):
        link = " 다음 "
    prompt = pick(rng, "", "", "파이프라인: ", "과정: ", "순서도: ", "먼저 ") + link.join(actions)
    return prompt + pick(rng, "", "", " 과정", " 순서도 그려줘"), step_path(actions)


def _told(rng: Random) -> tuple[str, str]:
    """Steps as sentences say them: `먼저 데이터를 수집하고, 그다음 모델을 학습한다`."""
    count = rng.randint(2, 5)
    steps = [
        f"{thing}{object_mark(thing)} {verb}"
        for thing, verb in zip(rng.sample(OBJECTS, count), rng.sample(VERBS, count), strict=True)
    ]
    link = pick(rng, "하고, 그다음 ", "하고 ", "한 다음 ", "한 뒤 ", "하고, ", "한 후 ")
    prompt = (
        pick(rng, "", "먼저 ", "우선 ") + link.join(steps) + pick(rng, "", "하기", "한다", "하는 과정", "하는 순서도")
    )
    return prompt, step_path(steps)


def _flow(rng: Random) -> tuple[str, str]:
    """Data that goes through systems."""
    count = rng.randint(1, 3)
    things, systems = rng.sample(THINGS, count + 1), rng.sample(SYSTEMS, count)
    if chance(rng, 0.4):
        names = [name for pair in zip(things, systems, strict=False) for name in pair] + [things[-1]]
        prompt = pick(rng, " -> ", " → ", " > ", "->").join(names)
    elif count == 1 and chance(rng, 0.6):
        return _merged(rng)
    else:
        prompt = ", ".join(
            pick(
                rng,
                f"{thing}{subject_mark(thing)} {system}{to_mark(system)} 들어가고 {given}{subject_mark(given)} 나온다",
                f"{thing}{object_mark(thing)} {system}에 넣어 {given}{object_mark(given)} 얻는다",
                f"{system}{subject_mark(system)} {thing}{object_mark(thing)} {given}{to_mark(given)} 바꾼다",
                f"{thing}{subject_mark(thing)} {system}에 들어가면 {given}{subject_mark(given)} 나온다",
            )
            for thing, system, given in zip(things, systems, things[1:], strict=False)
        )
    return prompt, things[0] + "".join(f" > [{s}] > {t}" for s, t in zip(systems, things[1:], strict=True))


def _merged(rng: Random) -> tuple[str, str]:
    """Two kinds of data for one system."""
    one, other, result = rng.sample(THINGS, 3)
    system = pick(rng, *SYSTEMS)
    both = f"{one}{and_mark(one)} {other}"
    prompt = pick(
        rng,
        f"{both}{object_mark(other)} {system}에 넣어 {result}{object_mark(result)} 얻는 과정",
        f"{both}{subject_mark(other)} {system}{to_mark(system)} 들어가서 {result}{subject_mark(result)} 나온다",
        f"{system}{subject_mark(system)} {both}{object_mark(other)} 받아 {result}{object_mark(result)} 출력",
    )
    return prompt, f"{one}, {other} > [{system}] > {result}"


def _parallel(rng: Random) -> tuple[str, str]:
    first, one, other, *rest = actions_named(rng, rng.randint(3, 5))
    both = f"{one}{and_mark(one)} {other}"
    told = pick(
        rng,
        f"{first} 후 {both} 동시에",
        f"{first}, {both} 병렬로",
        f"{first} 다음 {both} 동시에 진행",
        f"{first}{subject_mark(first)} 끝나면 {both}{object_mark(other)} 동시에 하고",
        f"먼저 {first}, 그다음 {both}{object_mark(other)} 같이 한다",
    )
    links = ["", "그 다음 "]
    if chance(rng, 0.3):
        links = [pick(rng, "둘 다 끝나면 ", "둘 다 끝난 뒤 ", "모두 끝나면 ")]
    row = " > ".join([f"[{first}]", f"[{one}], [{other}]", *(f"[{step}]" for step in rest)])
    return told + "".join(f", {pick(rng, *links)}{step}" for step in rest), row


def _loop(rng: Random) -> tuple[str, str]:
    actions = actions_named(rng, rng.randint(3, 5))
    back = pick(rng, *actions[:-1])
    told = pick(
        rng,
        f", 실패하면 {back}{to_mark(back)} 돌아가기",
        f", 성능이 낮으면 다시 {back}",
        f", 안되면 {back}{to_mark(back)}",
        f". {actions[-1]}에서 문제가 나오면 {back}{to_mark(back)} 되돌아감",
    )
    return pick(rng, " -> ", ", ", " 후 ").join(actions) + told, f"{step_path(actions)} > {back}"


def _listed(rng: Random) -> tuple[str, str]:
    """A step a line, with or without a heading."""
    actions = actions_named(rng, rng.randint(2, 7))
    mark = pick(rng, "{}. ", "{}. ", "{}) ", "- ", "• ", "{}단계: ")
    heading = pick(rng, "", "", f"{pick(rng, *OBJECTS)} {pick(rng, '과정', '처리 절차', '파이프라인')}:\n")
    joint = pick(rng, "\n", "\n", " ") if "{}" in mark else "\n"
    return heading + joint.join(marked(mark, actions)), step_path(actions)


def _decision(rng: Random) -> tuple[str, str]:
    """A step whose outcome decides between two: `심사 후 합격이면 면접, 불합격이면 통보`."""
    *before, one, other = actions = actions_named(rng, rng.randint(3, 5))
    good, bad = pick(
        rng, ("합격이면", "불합격이면"), ("성공하면", "실패하면"),
        ("통과하면", "통과하지 못하면"), ("정상이면", "이상이 있으면"), ("승인되면", "반려되면"),
        ("맞으면", "틀리면"), ("유효하면", "그렇지 않으면"), ("예이면", "아니오이면"),
        ("재고가 있으면", "없으면"), ("점수가 높으면", "낮으면"), ("통과하면", "아니면"),
        ("문제가 없으면", "있으면"),
    )  # fmt: skip
    link = pick(rng, " 후 ", ", ", " -> ", " 다음 ", ", 그 다음 ")
    told = f"{link.join(before)}{pick(rng, ', ', ' 후 ', '. ')}{good} {one}{pick(rng, ', ', ' ', ', ')}{bad} {other}"
    row = f"{step_path(before)} > [{one}], [{other}]"
    if chance(rng, 0.2):
        last = pick(rng, *(single for single in SINGLE if single not in actions))
        either = pick(rng, "그 후에는 항상", "두 경우 모두 마지막에", "어느 쪽이든 이후")
        return f"{told}, {either} {last}", f"{row} > [{last}]"
    return told, row


def _relay(rng: Random) -> tuple[str, str]:
    """Who takes and gives what: `질문이 검색기로 들어가고, 검색기는 문서를 내놓는다`."""
    count = rng.randint(2, 3)
    things, systems = rng.sample(THINGS, count + 1), rng.sample(SYSTEMS, count)
    first, second = systems[0], things[1]
    go = pick(rng, "들어가고", "전달되고", "입력되고")
    give = pick(rng, "내놓고", "만들고", "출력하고")
    told = [
        f"{things[0]}{subject_mark(things[0])} {first}{to_mark(first)} {go}",
        f"{first}{topic_mark(first)} {second}{object_mark(second)} {give}",
    ]
    for system, taken, given in zip(systems[1:], things[1:], things[2:], strict=False):
        end = give if system != systems[-1] else pick(rng, "만든다", "출력한다", "내놓는다", "돌려준다")
        taken, given = f"{taken}{object_mark(taken)}", f"{given}{object_mark(given)}"
        told.append(f"{system}{topic_mark(system)} {taken} 받아 {given} {end}")
    return ", ".join(told), things[0] + "".join(f" > [{s}] > {t}" for s, t in zip(systems, things[1:], strict=True))


def _dense(rng: Random) -> tuple[str, str]:
    inputs, outputs = rng.randint(1, 20), rng.randint(1, 10)
    sizes = [rng.randint(1, 12) if chance(rng, 0.6) else pick(rng, 16, 32, 64, 128, 256) for _ in range(_few(rng))]
    head = pick(rng, *_HEADS) + pick(rng, *_ASKS)
    if chance(rng, 0.3):
        return _counted_layers(rng, inputs, sizes[0], outputs, head)
    number = _COUNTERS[len(sizes)] if chance(rng, 0.5) else str(len(sizes))
    listed = pick(rng, ", ", "-", " ").join(str(size) for size in sizes)
    told = pick(rng, ", ", "와 ").join(f"{size}개" for size in sizes)
    prompt = pick(
        rng,
        f"입력 {inputs}개, 은닉층 {told}, 출력 {outputs}개인 {head}",
        f"입력층 {inputs}개, 은닉층 {listed}개, 출력층 {outputs}개 노드를 가진 {head}",
        f"{head}: 입력 {inputs}, 은닉층 {listed}, 출력 {outputs}",
        f"입력이 {inputs}개이고 은닉층이 {listed}이고 출력이 {outputs}개인 {head}",
        f"{inputs}-{'-'.join(map(str, sizes))}-{outputs} {head}",
        f"{inputs}개의 입력, {told}의 은닉 노드, {outputs}개의 출력을 가진 {head}",
        f"입력 {inputs}개 은닉층 {listed} 출력 {outputs}개 {head}",
        f"은닉층 {listed}, 입력 {inputs}개, 출력 {outputs}개 {head}",
        f"입력 {inputs} 은닉 {listed} 출력 {outputs} {head}",
        f"입력층 {inputs}, 은닉층 {listed}, 출력층 {outputs} {head}",
        f"은닉층이 {number} 개({told})이고 입력 {inputs}개, 출력 {outputs}개인 {head}",
        f"은닉층 {number} 개({listed}), 입력 {inputs}개, 출력 {outputs}개 {head}",
        f"입력 {inputs}개, 은닉층 {number} 개({told}), 출력 {outputs}개인 {head}",
        f"출력 {outputs}개, 입력 {inputs}개, 은닉층 {told}인 {head}",
        f"입력 노드 {inputs}개, 은닉 노드 {told}, 출력 노드 {outputs}개",
    )
    return prompt, " ".join(str(size) for size in (inputs, *sizes, outputs))


def _counted_layers(rng: Random, inputs: int, size: int, outputs: int, head: str) -> tuple[str, str]:
    """Equal hidden layers, told by their number."""
    count = rng.randint(2, 6)
    number = pick(rng, _COUNTERS[count], str(count))
    prompt = pick(
        rng,
        f"입력 {inputs}개, {size}개짜리 은닉층 {number} 개, 출력 {outputs}개인 {head}",
        f"입력 {inputs}개, 각각 {size}개인 은닉층 {number} 개, 출력 {outputs}개인 {head}",
        f"노드가 {size}개인 은닉층 {number} 개, 입력 {inputs}개, 출력 {outputs}개 {head}",
        f"{head}: 입력 {inputs}, 은닉층 {size}개씩 {number} 층, 출력 {outputs}",
    )
    return prompt, f"{inputs} {size}*{count} {outputs}"


def _few(rng: Random) -> int:
    return pick(rng, 1, 2, 2, 3, 3, 4)


def _cnn(rng: Random) -> tuple[str, str]:
    side = pick(rng, 28, 32, 64, 128, 224, 256)
    phrases, words = [f"{by(rng, side, side)} {pick(rng, '입력', '이미지', '입력 이미지')}"], [f"{side}x{side}"]
    for _ in range(rng.randint(1, MAX_SIDE_BLOCKS)):
        noun = pick(rng, "합성곱층", "합성곱 층", "컨볼루션 층", "conv 레이어")
        kernel, count = pick(rng, "", "3"), pick(rng, 1, 1, 2, 3)
        number = "" if count == 1 else pick(rng, f" {count}개", f" {_COUNTERS[count]} 개", f" {_COUNTERS[count]} 번")
        phrases.append((f"{by(rng, 3, 3)} {noun}" if kernel else noun) + number)
        words.append(f"conv{kernel}" + ("" if count == 1 else f"*{count}"))
        noun, word = pick(rng, ("최대 풀링", "maxpool"), ("풀링층", "pool"), ("평균 풀링", "avgpool"))
        window = pick(rng, "", "2")
        phrases.append(f"{by(rng, 2, 2)} {noun}" if window else noun)
        words.append(f"{word}{window}")
    if chance(rng, 0.3):
        phrases[0] += pick(rng, "에", "를 받아")
    size, outputs = pick(rng, 16, 32, 64, 100, 128, 256), pick(rng, 1, 2, 5, 10, 100)
    dense = pick(rng, f"{size}개 노드 은닉층", f"은닉층 {size}개", f"완전연결층 {size}", f"Dense {size}")
    phrases += [dense, pick(rng, f"출력 {outputs}개", f"출력 {outputs}")]
    return pick(rng, ", ", ", ", " -> ").join(phrases) + pick(rng, " CNN", "인 CNN", ""), " ".join(
        [*words, str(size), str(outputs)]
    )


def _told_cnn(rng: Random) -> tuple[str, str]:
    """The same layers several times, with their filters: `3x3 합성곱(필터 16개)과 최대 풀링을 두 번 반복`."""
    side = 4 * rng.randint(10, 64)
    count = rng.randint(2, 3)
    kernel, filters = pick(rng, "", "3", "5"), pick(rng, 0, 8, 16, 32, 64)
    size = f"{by(rng, int(kernel), int(kernel))} " if kernel else ""
    many = pick(rng, f"(필터 {filters}개)", f" {filters}채널", f"({filters})") if filters else ""
    conv = f"{size}{pick(rng, '합성곱', '컨볼루션', '합성곱층')}{many}"
    pooling, pool = pick(
        rng, ("최대 풀링", "maxpool"), ("풀링", "pool"), ("평균 풀링", "avgpool"), ("맥스풀링", "maxpool")
    )
    if chance(rng, 0.4):
        pooling, pool = f"{by(rng, 2, 2)} {pooling}", f"{pool}2"
    times = pick(rng, f"{_COUNTERS[count]} 번", f"{count}번", f"{count}회")
    told, repeats = pick(
        rng,
        (f"{conv}{and_mark(conv)} {pooling}을 {times} 반복", True),
        (f"({conv}, {pooling}) {times} 반복", True),
        (f"{conv}, {pooling}", False),
        (f"{conv} 다음 {pooling}", False),
    )
    word = f"conv{kernel}" + (f":{filters}" if filters else "")
    blocks = f"( {word} {pool} )*{count}" if repeats else f"{word} {pool}"
    colour, depth = pick(rng, ("", ""), ("흑백 ", ""), ("컬러 ", ""))
    start = f"{by(rng, side, side)} {colour}이미지{pick(rng, '를 입력받아', '를 입력으로', ',', '가 들어가서')}"
    dense, outputs = pick(rng, 0, 16, 32, 50, 64, 100, 128), pick(rng, 1, 2, 3, 5, 8, 10)
    tail = []
    if dense:
        tail = [pick(rng, f"완전연결층 {dense}개", f"{dense}개짜리 완전연결층", f"은닉층 {dense}개", f"밀집층 {dense}")]
    end = pick(rng, f"출력 {outputs}개", f"{outputs}개 클래스 출력", f"출력층 {outputs}개")
    prompt = ", ".join([f"{start} {told}", *tail, end])
    row = [f"{side}x{side}{depth}", blocks, *([str(dense)] if dense else []), str(outputs)]
    return prompt + pick(rng, "인 CNN", " CNN", "인 합성곱 신경망 그려줘", ""), " ".join(row)


def _sequence(rng: Random) -> tuple[str, str]:
    """Blocks that go by name: `임베딩 -> 양방향 GRU 48 -> 드롭아웃 0.3 -> 출력 2`."""
    told, words = [], []
    for _ in range(rng.randint(2, 5)):
        size = pick(rng, 16, 32, 48, 64, 128, 256)
        name = pick(
            rng, "임베딩", f"임베딩 {size}", f"LSTM {size}", f"GRU {size}", f"양방향 LSTM {size}", "LSTM",
            "셀프 어텐션", "어텐션", "드롭아웃 0.2", "소프트맥스", "배치 정규화", "위치 인코딩", "평균 풀링 헤드",
            "트랜스포머 인코더", "잔차 블록", "드롭아웃",
        )  # fmt: skip
        told.append(name)
        words.append(f'"{name}"')
    size, outputs = pick(rng, 8, 16, 24, 32, 64), pick(rng, 1, 2, 3, 5, 10)
    if chance(rng, 0.5):
        told.append(pick(rng, f"밀집층 {size}", f"완전연결층 {size}", f"Dense {size}"))
        words.append(str(size))
    told.append(pick(rng, f"출력 {outputs}", f"출력 {outputs}개", f"{outputs}개 클래스"))
    head = pick(rng, "", "", "모델: ", "신경망: ", "텍스트 분류 모델: ")
    return head + pick(rng, " -> ", " -> ", ", ", " → ", " > ").join(told), " ".join([*words, str(outputs)])


def _autoencoder(rng: Random) -> tuple[str, str]:
    """Down to a code and up again."""
    inputs, code = pick(rng, 64, 100, 256, 784), rng.randint(2, 32)
    down = sorted(rng.sample(range(34, 64), rng.randint(1, 2)), reverse=True)
    row = [inputs, *down, code, *down[::-1], inputs]
    joint = pick(rng, "-", " -> ", ", ")
    encoder, decoder = (joint.join(map(str, sizes)) for sizes in (down, down[::-1]))
    prompt = pick(
        rng,
        f"오토인코더 {joint.join(map(str, row))}",
        f"오토인코더: 입력 {inputs}, 인코더 {encoder}, 잠재 벡터 {code}, 디코더 {decoder}, 출력 {inputs}",
        f"{joint.join(map(str, row))} 오토인코더 그려줘",
    )
    return prompt, " ".join(map(str, row))


def _inputs_and_heads(rng: Random) -> tuple[str, str]:
    """Two inputs told one by one, heads of one trunk, both, or convolutions side by side."""
    return pick(rng, _told_inputs, _told_inputs, _told_heads, _side_by_side)(rng)


def _size(rng: Random) -> int:
    return pick(rng, 8, 10, 16, 20, 32, 50, 64, 100, rng.randint(2, 60))


def _own_layers(rng: Random, sizes: list[int]) -> str:
    """`뉴런 12개 층`."""
    form = pick(rng, "뉴런 {}개 층", "{}개 뉴런 층", "뉴런 {}개", "{}개짜리 층", "노드 {}개 층", "은닉층 {}개")
    return pick(rng, ", ", "과 ", " 다음 ").join(form.format(size) for size in sizes)


def _told_inputs(rng: Random) -> tuple[str, str]:
    """`첫째 입력은 30개 특징이고 은닉층 12개를 지나갑니다. 다른 입력은 ...`."""
    inputs, own = [_size(rng), _size(rng)], [[_size(rng) for _ in range(pick(rng, 1, 1, 2))] for _ in range(2)]
    noun, polite = pick(rng, "측정값", "특징", "숫자"), chance(rng, 0.6)
    told, words = [], []
    for place, (size, sizes) in enumerate(zip(inputs, own, strict=True)):
        name = (
            pick(rng, "첫 번째 입력", "첫째 입력", "입력 1") if place == 0 else pick(rng, "두 번째 입력", "다른 입력")
        )
        layers, end = _own_layers(rng, sizes), "지나갑니다" if polite else "지나간다"
        mark = object_mark(layers)
        if place == 0 and chance(rng, 0.35):
            side = pick(rng, 28, 32, 64, 96, 128)
            told.append(f"{by(rng, side, side)} 이미지는 3x3 합성곱, 풀링, {layers}{mark} {end}")
            words.append(f"{side}x{side} conv3 pool {' '.join(map(str, sizes))}")
            continue
        goes = f"{layers}{mark} {end}"
        into = f"{layers}{to_mark(layers)} {'들어갑니다' if polite else '들어간다'}"
        first = pick(rng, f"{name}은 {size}개 {noun}이고", f"{name}({size}개)은", f"{name}은 {size}개이고")
        told.append(f"{first} {pick(rng, goes, goes, into)}")
        words.append(f"{size} {' '.join(map(str, sizes))}")
    joint = _size(rng)
    meet = pick(
        rng,
        f"둘 다 뉴런 {joint}개 층에서 합쳐지고",
        f"둘은 {joint}개 뉴런 층에서 만나고",
        f"둘을 {joint}개짜리 층에서 합치고",
    )
    end, heads = _end_or_heads(rng)
    row = ". ".join([*told, f"{meet} {end}"])
    return pick(
        rng, "", "", "입력이 두 개입니다. ", "입력이 두 개인 신경망: "
    ) + row, f"( {' | '.join(words)} ) {joint} {heads}"


def _end_or_heads(rng: Random) -> tuple[str, str]:
    """`출력은 1개입니다`, or heads."""
    if chance(rng, 0.4):
        told, heads = _heads(rng)
        return f"그다음 {told}", heads
    outputs = pick(rng, 1, 1, 2, 3, 5, 10)
    return pick(rng, f"출력은 {outputs}개입니다", f"마지막 출력은 {outputs}개", f"출력 {outputs}개로 끝난다"), str(
        outputs
    )


def _heads(rng: Random) -> tuple[str, str]:
    """`출력 헤드 두 개로 나뉩니다: 첫 번째는 16-3, 두 번째는 8-2`."""
    one, other = ([*(_size(rng) for _ in range(pick(rng, 0, 1, 1))), rng.randint(1, 10)] for _ in range(2))
    link = pick(rng, "-", "-", " 다음 ", " -> ")
    rows = [link.join(map(str, sizes)) for sizes in (one, other)]
    splits = pick(
        rng, "헤드 두 개로 갈라줘", "헤드 2개로 나뉜다", "두 개의 헤드로 갈라집니다", "출력 헤드 두 개로 나뉩니다"
    )
    each = pick(
        rng, f"하나는 {rows[0]}, 다른 하나는 {rows[1]}", f"첫 번째는 {rows[0]}, 두 번째는 {rows[1]}",
        f"한쪽은 {rows[0]}, 다른 쪽은 {rows[1]}", f"하나는 {rows[0]}이고 다른 하나는 {rows[1]}",
    )  # fmt: skip
    return (
        f"{splits}{pick(rng, '. ', ': ', ', ')}{each}",
        f"( {' | '.join(' '.join(map(str, s)) for s in (one, other))} )",
    )


def _told_heads(rng: Random) -> tuple[str, str]:
    """One trunk, then heads."""
    inputs, trunk = _size(rng), [_size(rng) for _ in range(pick(rng, 1, 2, 2))]
    told, heads = _heads(rng)
    shared = pick(rng, "-", ", ").join(map(str, trunk))
    start = pick(
        rng, f"입력 {inputs}개, 공유 층 {shared}", f"입력은 {inputs}개이고 은닉층은 {shared}입니다",
        f"{inputs}개 입력이 {_own_layers(rng, trunk)}을 지난다", f"입력 {inputs}, 은닉층 {shared}",
    )  # fmt: skip
    return (
        f"{start}{pick(rng, '. ', ', ')}{pick(rng, '그다음 ', '', '그 뒤에 ')}{told}",
        f"{inputs} {' '.join(map(str, trunk))} {heads}",
    )


def _side_by_side(rng: Random) -> tuple[str, str]:
    """`28x28 이미지를 1x1 합성곱, 3x3 합성곱, 최대 풀링에 나란히 넣고 합친 다음 출력 10개`."""
    side, outputs = pick(rng, 28, 32, 64, 96, 128, 224), pick(rng, 1, 2, 5, 10, 100)
    noun = pick(rng, "합성곱", "컨볼루션", "conv")
    layers = [
        (f"{kernel}x{kernel} {noun}", f"conv{kernel}") for kernel in sorted(rng.sample((1, 3, 5, 7), pick(rng, 2, 3)))
    ]
    if chance(rng, 0.6):
        layers.append(pick(rng, ("최대 풀링", "maxpool"), ("3x3 최대 풀링", "maxpool3"), ("평균 풀링", "avgpool")))
    listed, together = ", ".join(said for said, _ in layers), pick(rng, "나란히", "동시에", "병렬로")
    prompt = pick(
        rng, f"{by(rng, side, side)} 이미지를 {listed}에 {together} 넣고 합친 다음 출력 {outputs}개",
        f"{by(rng, side, side)} 이미지가 {together} {listed}{to_mark(listed)} 들어가고, 모두 합쳐서 출력 {outputs}개",
        f"입력 {by(rng, side, side)}, {listed}{object_mark(listed)} {together} 놓고 합쳐서 출력 {outputs}개",
    )  # fmt: skip
    return prompt, f"{side}x{side} ( {' | '.join(word for _, word in layers)} ) {outputs}"
