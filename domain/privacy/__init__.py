"""Privacy: erasure, access and the record of processing, all from one registry (`domain.kernel.personal`)."""
