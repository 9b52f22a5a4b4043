"""Networks that people ask for by name alone, each with the body of its plan, as their papers draw them."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

from diagram_core.synthesis.phrasing import pick
from diagram_core.synthesis.skips import u_net_levels

_VGG_BLOCKS = ((64, 224), (128, 112), (256, 56), (512, 28), (512, 14))  # channels, and the side of what comes out
_RESNET_BLOCKS = ((64, 56), (128, 28), (256, 14), (512, 7))
_RESNET_DEPTHS = (3, 4, 6, 3)  # of both the 34 and the 50 layers deep


def _vgg(convolutions: tuple[int, ...]) -> str:
    """Simonyan and Zisserman 2014."""
    blocks = " ".join(
        f"conv3:{channels}={side}{f'*{count}' if count > 1 else ''} maxpool2"
        for count, (channels, side) in zip(convolutions, _VGG_BLOCKS, strict=True)
    )
    return f"224x224 {blocks} 4096*2 1000"


def _resnet(blocks: Iterable[str]) -> str:
    """He et al. 2015."""
    return f'224x224 conv7:64=112 maxpool3=56 {" ".join(blocks)} "global average pooling" 1000'


_RESNET_18 = [f"( @a conv3:{channels}={side}*2 +a )*2" for channels, side in _RESNET_BLOCKS]
_RESNET_34 = [f'"residual block {c}"*{n}' for (c, _), n in zip(_RESNET_BLOCKS, _RESNET_DEPTHS, strict=True)]
_RESNET_50 = [f'"bottleneck block {4 * c}"*{n}' for (c, _), n in zip(_RESNET_BLOCKS, _RESNET_DEPTHS, strict=True)]

# The spellings of a name, and the body of its plan.
FAMOUS: tuple[tuple[tuple[str, ...], str], ...] = (
    (("LeNet-5", "LeNet", "lenet5", "lenet-5", "LeNet 5"), "32x32 conv5:6 avgpool2 conv5:16 avgpool2 120 84 10"),
    (
        ("AlexNet", "alexnet", "Alexnet", "Alex Net"),
        "224x224 conv11:96=55 maxpool3=27 conv5:256=27 maxpool3=13 conv3:384=13*2 conv3:256=13 maxpool3=6 4096*2 1000",
    ),
    (("VGG-11", "VGG11", "vgg11", "vgg 11"), _vgg((1, 1, 2, 2, 2))),
    (("VGG-13", "VGG13", "vgg13", "vgg 13"), _vgg((2, 2, 2, 2, 2))),
    (("VGG-16", "VGG16", "vgg16", "vgg 16", "VGG"), _vgg((2, 2, 3, 3, 3))),
    (("VGG-19", "VGG19", "vgg19", "vgg 19"), _vgg((2, 2, 4, 4, 4))),
    (("ResNet-18", "ResNet18", "resnet18", "resnet 18", "ResNet"), _resnet(_RESNET_18)),
    (("ResNet-34", "ResNet34", "resnet34", "resnet 34"), _resnet(_RESNET_34)),
    (("ResNet-50", "ResNet50", "resnet50", "resnet 50"), _resnet(_RESNET_50)),
    (("U-Net", "UNet", "unet", "u-net"), f"{u_net_levels(4, 'conv*2')} conv1"),  # Ronneberger et al. 2015
    (
        ("the original transformer", "Transformer", "transformer", "vanilla transformer", "attention is all you need"),
        '( "input embedding" "positional encoding" "encoder layer"*6 | "output embedding" "positional encoding" ) '
        '"decoder layer"*6 "linear" "softmax"',
    ),
    (("BERT", "BERT base", "bert-base", "bert"), '"token embedding" "positional encoding" "encoder layer"*12 "pooler"'),
    (("BERT large", "bert-large"), '"token embedding" "positional encoding" "encoder layer"*24 "pooler"'),
    (
        ("GPT-2", "gpt2", "GPT2", "gpt-2", "GPT"),
        '"token embedding" "positional encoding" "decoder block"*12 "layer norm" "linear" "softmax"',
    ),
    (
        ("ViT", "ViT-B/16", "vision transformer", "Vision Transformer"),
        '224x224 "patch embedding" "positional encoding" "encoder block"*12 "MLP head"',
    ),
    (("XOR network", "xor net", "XOR neural network", "xor nn"), "2 2 1"),
    (("GAN", "a GAN", "generative adversarial network"), '( "noise" "generator" | "real data" ) "discriminator"'),
    (("autoencoder", "an autoencoder", "auto-encoder"), '"input" "encoder" "latent code" "decoder" "output"'),
    (
        ("self-attention", "scaled dot-product attention", "attention mechanism", "self attention"),
        '"input" ( ( "query" | "key" ) "matmul" "scale" "softmax" | "value" ) "matmul" "output"',
    ),
    (
        ("CLIP", "clip model", "CLIP model"),
        '( "image" "image encoder" | "text" "text encoder" ) "contrastive loss"',
    ),
    (
        ("inception module", "Inception block", "GoogLeNet inception module"),  # Szegedy et al. 2014
        '"input" ( conv1 | conv1 conv3 | conv1 conv5 | maxpool3 conv1 ) "concat"',
    ),
    (("siamese network", "a siamese network", "Siamese net"), '( "input" "encoder" &2 ) "distance"'),
    (
        ("VAE", "variational autoencoder", "a variational autoencoder"),
        '"input" "encoder" ( "mean" | "variance" ) "sampling" "decoder" "output"',
    ),
)


def famous(rng: Random) -> tuple[str, str]:
    """A network by its name: (prompt, body of the plan)."""
    names, body = pick(rng, *FAMOUS)
    name = pick(rng, *names)
    bare = name.removeprefix("the ").removeprefix("a ").removeprefix("an ")
    return pick(rng, name, name, name, f"{bare} architecture", f"the {bare} architecture", f"{bare} diagram"), body
