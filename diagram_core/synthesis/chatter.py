"""What people say around what they want drawn, which is no part of the diagram."""

from __future__ import annotations

from random import Random

from diagram_core.synthesis.phrasing import chance, pick
from diagram_core.synthesis.vocabulary import ACTORS, COMMON_NOUNS, TOOLS

_GREETINGS = ("", "", "", "Hi! ", "Hi there, ", "Hello, ", "hey ", "Hey! ", "Good morning! ", "hi ", "Dear all, ")
_OCCASIONS = (
    "my thesis", "a talk", "Monday", "a poster", "my class", "the board meeting", "a blog post", "my boss",
    "a workshop", "the wiki", "new colleagues", "a grant proposal",
    "the wall", "my kids", "the next sprint", "an exam", "our README",
    "a design review", "a lecture", "the annual report", "a customer", "my mother", "the newsletter", "the auditors",
)  # fmt: skip
_THANKS = (
    "Thanks!", "thanks a lot", "Thank you so much!", "That's it.", "that is all", "Could you draw that for me?",
    "Can you draw it?", "Please keep it simple.", "nothing fancy please", "It has to fit on one slide.", "cheers",
    "I hope that makes sense.", "That would help a lot.", "Would be great to have it today.",
    "and that's the end of it", "Nobody here can picture it.", "Please make it pretty.", "Much appreciated!",
)  # fmt: skip
_LEADS = (
    "It goes like this: ", "Here is what I need: ", "So: ", "This is it: ", "What we have is ", "Please draw ",
    "As far as I understood it: ", "It works like this: ", "Could you draw ", "I need a picture of ", "In short: ",
    "what it should show: ", "", "", "", "", "Basically: ", "The idea: ",
)  # fmt: skip


def surrounded(rng: Random, prompt: str) -> str:
    """The prompt with a story before it, a word after it, or both."""
    after = chance(rng, 0.4)
    if chance(rng, 0.75) or not after:
        prompt = f"{pick(rng, *_GREETINGS)}{_story(rng)}{pick(rng, *_LEADS)}{prompt}"
    if after:
        prompt = f"{prompt.rstrip('.')}{pick(rng, '. ', '. ', ', ', '! ', ' - ')}{pick(rng, *_THANKS)}"
    return prompt


def _story(rng: Random) -> str:
    sentences = [_sentence(rng) for _ in range(pick(rng, 1, 1, 2))]
    joint = pick(rng, ". ", ". ", ", and ", " and ", ", so ")
    end = pick(rng, ". ", ". ", ". ", ", so ", "! ", " - ", "\n")
    return joint.join(sentences) + end


def _sentence(rng: Random) -> str:
    actor, noun, other = pick(rng, *ACTORS), pick(rng, *COMMON_NOUNS), pick(rng, *COMMON_NOUNS)
    tool, occasion = pick(rng, *TOOLS), pick(rng, *_OCCASIONS)
    return pick(
        rng, f"I'm a {actor} and not really a computer person", f"I am the {actor} of a small {noun} company",
        f"we run a small {noun} shop online", f"our {noun} team is trying out a {other} {tool}",
        f"I have to explain this for {occasion}", f"this is for {occasion}", f"I'm preparing slides for {occasion}",
        f"I need it for {occasion}", f"my {actor} keeps asking how the {noun} {tool} works",
        f"nobody on the {noun} team can picture it", f"at our {noun} {other} it always goes the same way",
        f"I've been tinkering with a {noun} {tool} over the holidays", f"we built a {noun} {tool} last year",
        f"the {actor} wants to see how we handle a {noun}", f"for our {noun} {tool} I need a picture",
        f"my students always ask about the {noun}", f"we want to show on {occasion} how a {noun} {tool} works",
        f"it is about the {noun} {other} that broke last week", f"I would love to frame it for {occasion}",
        f"yesterday the {actor} asked me about every {noun} in our {other}", f"sorry for the long {noun}",
    )  # fmt: skip
