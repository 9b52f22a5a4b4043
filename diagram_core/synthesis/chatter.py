"""What people say around what they want drawn, which is no part of the diagram."""

from __future__ import annotations

from random import Random

from diagram_core.synthesis.phrasing import chance, pick
from diagram_core.synthesis.vocabulary import ACTORS, COMMON_NOUNS, COMMON_VERBS, TOOLS

MAX_STORY = 3  # sentences

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
    "This is how it goes: ", "How it goes: ", "Here are the steps. ", "These are the steps: ", "Now the steps: ",
    "It goes like this: ", "Here is what I need: ", "So: ", "This is it: ", "What we have is ", "Please draw ",
    "As far as I understood it: ", "It works like this: ", "Could you draw ", "I need a picture of ", "In short: ",
    "what it should show: ", "", "", "", "", "Basically: ", "The idea: ",
)  # fmt: skip
_KINDS = (
    "procedure", "workflow", "process", "pipeline", "routine", "way of working", "checklist", "set-up", "system",
    "report", "recipe", "protocol", "project", "method",
)  # fmt: skip
_PLACES = (
    "in the canteen", "in the hallway", "at the front desk", "on our website", "in the lab", "next to the printer",
    "for the new people", "above the sink", "in the handbook", "at the entrance", "in the staff room", "for the fridge",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def surrounded(rng: Random, prompt: str) -> str:
    """The prompt with a story before it, a word after it, or both."""
    after = chance(rng, 0.4)
    if chance(rng, 0.75) or not after:
        prompt = f"{pick(rng, *_GREETINGS)}{_story(rng)}{pick(rng, *_LEADS)}{prompt}"
    if after:
        prompt = f"{prompt.rstrip('.')}{pick(rng, '. ', '. ', ', ', '! ', ' - ')}{pick(rng, *_THANKS)}"
    return prompt


def aside(rng: Random) -> str:
    """A remark on the step before, which is none itself: `, which takes 3 days`, ` (my favourite part)`."""
    count = pick(rng, *range(2, 10), 15, 20, 30, 45)
    time = f"{count} {pick(rng, 'minutes', 'hours', 'days', 'weeks', 'seconds')}"
    return pick(
        rng, f", which takes {time}", f" (about {time})", f", usually on {pick(rng, *_DAYS)}s", " (my favourite part)",
        f". That takes about {time}", f" (the {pick(rng, *ACTORS)} knows how)", ", as always",
        ". Nobody likes that part",
        f", and that can take {time}",
        " (don't ask)", f". It needs {count} people", " (the hard part)", ", of course",
    )  # fmt: skip


def _story(rng: Random) -> str:
    """A few sentences, none of which is to be drawn, although they may be about work and its steps."""
    count = pick(rng, 1, 1, 1, 2, 2, MAX_STORY)
    sentences = [pick(rng, _sentence, _request, _trouble, _routine)(rng) for _ in range(count)]
    joint = pick(rng, ". ", ". ", ". ", ", and ", ", so ") if count < MAX_STORY else ". "
    if joint == ". " and chance(rng, 0.7):
        sentences = [text[0].upper() + text[1:] for text in sentences]
    end = pick(rng, ". ", ". ", ". ", ". ", ": ", "! ", " - ", "\n")
    return joint.join(sentences) + end


def _request(rng: Random) -> str:
    """What the picture is for: `I need a figure that shows how a claim gets into production here`."""
    noun, other, kind = pick(rng, *COMMON_NOUNS), pick(rng, *COMMON_NOUNS), pick(rng, *_KINDS)
    picture = pick(rng, "figure", "picture", "poster", "diagram", "drawing", "sketch", "slide", "chart", "graphic")
    verb, subject = pick(rng, *COMMON_VERBS), pick(rng, "we", "they", "people here", "our team", "my colleagues")
    occasion = pick(rng, *_OCCASIONS)
    return pick(
        rng, f"I need a {picture} that shows how {subject} {verb} a {noun} here",
        f"I want a {picture} for the {noun} {pick(rng, *_PLACES)}", f"could you make a {picture} of our {noun} {kind}",
        f"I'd like a {picture} that shows how a {noun} gets from us to the {other}",
        f"we are writing {pick(rng, 'the methods part', 'the introduction', 'an appendix', 'a chapter')} of "
        f"{pick(rng, 'a', 'our')} {noun} {pick(rng, 'paper', 'thesis', 'manual')} and a figure is missing",
        f"please draw our {noun} {kind} as a {picture}", f"the {noun} {kind} needs a {picture} for {occasion}",
        f"here is the {kind} that we use to {verb} every {noun}", f"can you turn my {noun} notes into a {picture}",
        f"I was asked for a {picture} of how {subject} {verb} {noun}s, preferably by {pick(rng, *_DAYS)}",
        f"this is the {noun} {kind} as {subject} {verb} it today", f"below is our {kind}, I want it as a {picture}",
        f"we want to hang up a {picture} of the {noun} {kind} {pick(rng, *_PLACES)}",
    )  # fmt: skip


def _trouble(rng: Random) -> str:
    """What goes wrong without a picture: `the interns always mix up the steps`."""
    noun, verb, actor, kind = pick(rng, *COMMON_NOUNS), pick(rng, *COMMON_VERBS), pick(rng, *ACTORS), pick(rng, *_KINDS)
    who = pick(
        rng, "new people", "half of us", "the interns", f"every {actor}", "everyone", "the night shift", "people"
    )
    often = pick(rng, "always", "keep asking how to", "never quite know when to", "never remember how to")
    again = (
        pick(rng, "do it in the wrong order", "mix up the steps", "skip a step")
        if often == "always"
        else f"{verb} the {noun}"
    )
    return pick(
        rng, f"{who} {often} {again}", f"last week somebody tried to {verb} a {noun} in the wrong order",
        f"the {actor} says that nobody understands our {kind}", f"our {kind} is nowhere written down",
        f"the old {kind} had {rng.randint(2, 9)} pages and nobody read them",
        f"it took me {rng.randint(2, 9)} days to learn it",
        f"nobody knows any more why we {verb} each {noun} the way we do", f"the {noun} report was a mess again",
        f"we lost {rng.randint(2, 40)} {noun}s last year because of a mix-up", f"my {kind} looks terrible on paper",
        f"I tried to {verb} a {noun} myself and failed", f"the {actor} and I disagree on how the {noun} works",
    )  # fmt: skip


def _routine(rng: Random) -> str:
    """Who they are and how much they do: `we are a workshop with 40 people and repair lamps since 2019`."""
    noun, other, verb = pick(rng, *COMMON_NOUNS), pick(rng, *COMMON_NOUNS), pick(rng, *COMMON_VERBS)
    actor, kind, many = pick(rng, *ACTORS), pick(rng, *_KINDS), pick(rng, *range(3, 20), 25, 40, 60, 120, 300, 2000)
    year, time = rng.randint(1990, 2024), pick(rng, "day", "week", "month", "year", "hour", "season")
    return pick(
        rng, f"we {verb} about {many} {noun}s a {time}", f"we are a {noun} company with {many} people",
        f"since {year} we {verb} every {noun} the same way", f"I have worked as a {actor} since {year}",
        f"our {noun} {other} has {many} {actor}s", f"in our {noun} {kind} a lot has changed since {year}",
        f"my job is to {verb} {noun}s", f"my {actor} and I {verb} {noun}s for a living",
        f"there are {many} of us and we all {verb} the same {noun}",
        f"we use a {noun} model that nobody has trained since {year}",
        f"I teach {many} students how to {verb} a {noun}", f"the {noun} {kind} is older than I am",
        f"our little {noun} club meets every {pick(rng, *_DAYS)}", f"we only {verb} {noun}s on {pick(rng, *_DAYS)}s",
        f"I am {many + 15} and I have never used a {noun}", f"we got a new {noun} {pick(rng, *TOOLS)} in {year}",
    )  # fmt: skip


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
