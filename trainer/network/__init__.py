"""The network that is trained, in TensorFlow: its layers, loss and threads.

Entry points: `bilstm_ctc.BiLstmCtc`, `ctc_loss`, `threads.use_threads`. Must not know corpora or runs. Recognition does
not come here: it runs what `engine.model.network_graph` makes of the weights.
"""
