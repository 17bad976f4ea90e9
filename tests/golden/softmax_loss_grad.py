import numpy as np


def softmax_loss_grad(logits, target):
    """Gradient of softmax_loss."""
    t = np.max(logits)
    shifted = logits - t
    exp_shifted = np.exp(shifted)

    # Reverse sweep
    t_2 = exp_shifted / np.sum(exp_shifted)  # line 59: log_total = np.log(np.sum(np....
    shifted_bar = t_2 - target  # line 59
    t = logits == t  # line 58: shifted = logits - np.max(logits)
    logits_bar = shifted_bar + np.where(
        t, np.sum(target - t_2) / np.sum(t), 0.0
    )  # line 58
    return (logits_bar,)
