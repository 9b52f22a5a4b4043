"""Networks that are more than a chain, in words, each with the body of its plan."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from diagram_core.synthesis.block_stories import block_story
from diagram_core.synthesis.branches import (
    ensemble,
    gan,
    merged_inputs,
    mixture_of_experts,
    named_branches,
    named_heads,
    named_inputs,
    several_heads,
    siamese,
    two_towers,
)
from diagram_core.synthesis.dense_stories import related_dense, worded_dense
from diagram_core.synthesis.encoders import autoencoder, sequence_to_sequence, transformer
from diagram_core.synthesis.head_stories import (
    conv_branches,
    gan_in_a_row,
    gated_experts,
    sized_ensemble,
    split_heads,
    told_inputs,
)
from diagram_core.synthesis.phrasing import pick
from diagram_core.synthesis.skip_stories import (
    conv_row_skip,
    dense_residual_blocks,
    equal_layers_skip,
    one_sentence_u_net,
    size_row_skip,
    told_residual,
    told_u_net,
)
from diagram_core.synthesis.skips import conv_skip, dense_skip, hourglass, named_residual, residual, u_net


def architecture(rng: Random) -> tuple[str, str]:
    """A network with skips, branches, inputs or heads, or told by relations or in words: (prompt, body of the plan)."""
    form: Callable[[Random], tuple[str, str]] = pick(
        rng,
        *3 * (residual,),
        *2 * (u_net,),
        siamese,
        two_towers,
        *2 * (merged_inputs,),
        *2 * (several_heads,),
        gan,
        mixture_of_experts,
        ensemble,
        *2 * (transformer,),
        sequence_to_sequence,
        *3 * (dense_skip,),
        *2 * (conv_skip,),
        *3 * (hourglass,),
        *3 * (autoencoder,),
        named_residual,
        named_branches,
        named_heads,
        named_inputs,
        *4 * (equal_layers_skip,),
        *3 * (conv_row_skip,),
        *3 * (told_residual,),
        *3 * (told_u_net,),
        *3 * (split_heads,),
        *2 * (gated_experts,),
        gan_in_a_row,
        *3 * (conv_branches,),
        *4 * (told_inputs,),
        *2 * (sized_ensemble,),
        *2 * (size_row_skip,),
        *2 * (dense_residual_blocks,),
        *2 * (one_sentence_u_net,),
        *5 * (block_story,),
        *3 * (worded_dense,),
        *3 * (related_dense,),
    )
    return form(rng)
