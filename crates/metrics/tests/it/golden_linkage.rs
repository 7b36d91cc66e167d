//! Published and independently computed values of the linkage, fragmentation and resilience indices.
