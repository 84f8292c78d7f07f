"""What one customer says to all her friends in a week: one message of 31 bits.

Bits 0-6 the offer, bit 7 whether she mentions its defect, bits 8-30 how good she says it is in
steps of 2**-22; -1 is silence. Four bytes a customer keep a whole week's talk in the cache.
"""

from __future__ import annotations

import numpy as np

SILENCE = -1
OFFER_BITS, DEFECT = 127, 128
STEPS = np.float32(4_194_304)
STEP = np.float32(1 / 4_194_304)

ATTENTION = 2**32
"""Where in a listener's stream the draws stand that say whether weaker ties are used."""
