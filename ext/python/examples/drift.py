"""Yesterday's orders against today's: which columns are no longer what they were?"""
import numpy as np

import weir

rng = np.random.default_rng(1)
yesterday = {"amount": rng.lognormal(3, 1, 5000), "items": rng.poisson(3, 5000).astype(float),
             "country": rng.choice(["de", "fr", "it"], 5000), "discount": rng.random(5000)}
today = {"amount": rng.lognormal(3, 1, 5000), "items": rng.poisson(3, 5000).astype(float),
         "country": rng.choice(["de", "fr", "it", "DE"], 5000, p=[.25, .33, .33, .09]), "discount": rng.random(5000)}
today["amount"][:250] = np.nan

for column, d in weir.drift_table(yesterday, today).items():
    print(f"{column:10} {'DRIFT' if d.drift else 'ok':6} {d.sentence if d.drift else ''}")
