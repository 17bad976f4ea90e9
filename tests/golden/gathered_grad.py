import numpy as np


def gathered_grad(table, index, weights):
    """Gradient of gathered."""
    rows = table[index]

    # Reverse sweep
    table_bar = np.zeros_like(table)  # line 95: rows = table[index]
    np.add.at(table_bar, index, weights)  # line 95
    return table_bar, rows
