"""What people say beside a network that has numbers in it which are no layers."""

from __future__ import annotations

from random import Random

from diagram_core.synthesis.phrasing import chance, pick
from diagram_core.synthesis.vocabulary import ACTORS, COMMON_NOUNS


def remarked(rng: Random, prompt: str) -> str:
    """The prompt with one or two remarks before it, after it, or both: `we trained it for 40 epochs. ...`."""
    form = rng.randrange(4)
    if form != 0:
        joint = pick(rng, ". ", ". ", ", ", "; ", ". The network: ", ". It is like this: ", " - ", "\n", ". ok so: ")
        before = _remark(rng) + (pick(rng, " and ", ", ", ", and ") + _remark(rng) if chance(rng, 0.3) else "")
        prompt = (before[0].upper() + before[1:] if chance(rng, 0.5) else before) + joint + prompt
    if form in (0, 1):
        joint = pick(rng, ". ", ". ", "; ", " - ", ". (") if "." not in prompt[-2:] else " "
        prompt += joint + _remark(rng) + (")" if joint == ". (" else "")
    return prompt


def _remark(rng: Random) -> str:
    """A fact about data, training or occasion."""
    noun, actor = pick(rng, *COMMON_NOUNS), pick(rng, *ACTORS)
    many = pick(rng, rng.randint(2, 99) * 100, rng.randint(1, 60) * 1000, rng.randint(20, 900))
    few, percent = rng.randint(2, 60), rng.randint(51, 99)
    share = pick(rng, f"{percent} percent", f"{percent}%", f"about {percent} percent", f"{percent}.{few % 10}%")
    rate, batch, year = pick(rng, "0.001", "0.01", "3e-4", "1e-3"), 1 << rng.randint(3, 9), rng.randint(2012, 2026)
    task, money = rng.randint(2, 9), rng.randint(2, 90) * 10
    return pick(
        rng, f"we trained it on {many} {noun} records", f"trained on {many} {noun}s for {few} epochs",
        f"it was trained for {few} epochs", f"it got {share} on the test set", f"it reached {share} accuracy",
        f"it was right in {share} of the cases", f"batch size was {batch}", f"learning rate {rate}",
        f"we used a learning rate of {rate} and a batch size of {batch}", f"training took {few} hours on {task} GPUs",
        f"it took {few} minutes on my laptop", f"this is from a paper of {year}", f"back in {year} we made it",
        f"the data are {many} {noun} pictures that our {actor} collected", f"this is task {task} of my homework",
        f"it is for exercise {task} and worth {few} points", f"our {actor} paid {money} dollars for it",
        f"the {actor} collected {many} examples in {few} weeks", f"we have {many} rows of {noun} data",
        f"I ran it {task} times and the best run had {share}", f"it is version {task} of our {noun} model",
        f"I'm {few + 8} and learning about networks for {task} weeks now", f"the error went down to {task}.{few}",
        f"we are a team of {few} in room {money + task}", f"dropped from {percent} to {few} errors after we added data",
    )  # fmt: skip
