"""spark lab tiny_attention

What does "cat" look at, once a model has learned "the cat sat", "the dog sat", "the cat ran"?

The smallest language that has something to find out: cat and dog are used alike in one place and not in another.
Watch what the last word attends to, whether cat and dog come to lie together, and what four heads do that one cannot.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F

from engine.models.probe import attention_weights
from engine.models.transformer import Transformer
from train.lab import Figures, Say, main
from train.lab.small import Words, last, small_config, train_small

QUESTION = 'What does "cat" look at, once it has learned "the cat sat", "the dog sat", "the cat ran"?'

LANGUAGE = Words.of("the cat sat", "the dog sat", "the cat ran")
STEPS = 200


def trained(heads: int) -> tuple[Transformer, float]:
    config = small_config(len(LANGUAGE.names), layers=1, width=16, heads=heads, kv_heads=heads, mlp_width=32, context=4)
    model = Transformer(config).initialize(0)
    losses = train_small(model, lambda step: LANGUAGE.rows(), STEPS)
    return model, last(losses)


def run(say: Say) -> Figures:
    figures: Figures = {}
    for heads in (1, 4):
        model, loss = trained(heads)
        table = F.normalize(model.embedding.weight.detach(), dim=1)
        number = LANGUAGE.number
        alike = float(table[number["cat"]] @ table[number["dog"]])
        other = float(table[number["cat"]] @ table[number["the"]])
        sentence = LANGUAGE.rows()[:1]
        weights = attention_weights(model, sentence, [0])[0][0]
        say(f"{heads} head{'s' if heads > 1 else ''}: loss {loss:.3f} after {STEPS} steps")
        for head in range(heads):
            looks = "  ".join(
                f"{LANGUAGE.sentences[0][j]} {float(weights[head, 1, j]):.2f}" for j in range(2)
            )  # fmt: skip
            say(f"  head {head + 1}: cat looks at  {looks}")
        say(f"  cosine of cat and dog {alike:+.2f}, of cat and the {other:+.2f}")
        with torch.no_grad():
            after = F.softmax(model(torch.tensor([[number["the"], number["dog"]]])).float()[0, -1], -1)
        say(f'  after "the dog": sat {float(after[number["sat"]]):.2f}, ran {float(after[number["ran"]]):.2f}\n')
        figures[f"{heads} heads"] = {
            "loss": loss, "cat_dog": alike, "cat_the": other,
            "cat_looks_at_itself": [float(weights[h, 1, 1]) for h in range(heads)],
            "dog_ran": float(after[number["ran"]]),
        }  # fmt: skip
    # No model can do better: of three sentences two go on with cat, and of those one sits and one runs.
    least = (0.6365 + 2 / 3 * 0.6931) / 2
    one, four = figures["1 heads"], figures["4 heads"]
    say(f"Measured: cat and dog have cosine {one['cat_dog']:+.2f}. Loss with one head {one['loss']:.3f},")
    say(f"with four {four['loss']:.3f}; the least possible is {least:.3f}, since nobody can know which sentence comes.")
    say("For the journal: the model never saw a dog run. Should it give that any chance at all?")
    return figures | {"least_loss": least}


if __name__ == "__main__":
    import sys

    main(sys.modules[__name__])
