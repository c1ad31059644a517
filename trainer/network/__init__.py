"""The networks that are trained, in TensorFlow: layers, losses, threads, and the steps of those over hashed words.

Entry points: `bilstm_ctc.BiLstmCtc`, `ctc_loss`, `row_adam.RowAdam`, `step_loop.steps`, `threads.use_threads`. Must not
know corpora or where runs lie. Recognition does not come here: it runs what `engine.model.network_graph` makes of the
weights.
"""
