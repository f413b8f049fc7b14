"""Small functions put together by program: what one says of a sequence, and the code for it.

`pieces.py` has the words and the code of each part, `pipelines.py` joins parts that fit, `frames.py` fills small
functions that are no pipeline, `function.py` is what both make, `functions.py` draws them.
"""
