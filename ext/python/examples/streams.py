"""A model in production: has its error rate changed, and how well does it do before labels are known?"""
import numpy as np

import weir

rng = np.random.default_rng(1)
wrong = rng.random(4000) < np.where(np.arange(4000) < 2500, 0.08, 0.25)
for alarm in weir.Stream("ranks").feed(wrong):
    print(f"answer {alarm.at}: the share of mistakes has {alarm.state}, about {alarm.ago:.0f} answers ago")


def answers(n, sure):
    proba = rng.random(n)
    return proba, proba >= 0.5, rng.random(n) < 0.5 + sure * (proba - 0.5)


estimator = weir.Estimator(*answers(5000, sure=0.8))
estimate = estimator.estimate(*answers(2000, sure=0.8)[:2])["accuracy"]
print(f"accuracy is about {estimate.value:.3f}, in {estimate.low:.3f} .. {estimate.high:.3f}")
