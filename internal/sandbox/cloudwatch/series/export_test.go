package series

// Sealed makes a frame of a body.
func Sealed(body []byte) []byte { return sealed(body) }

// CoarseSize is what the encoded buckets take that are older than KeptFine, in bytes.
func (s *Store) CoarseSize() int {
	size := 0
	for _, o := range s.all {
		for _, b := range o.blocks {
			if b.coarse {
				size += cap(b.data)
			}
		}
	}
	return size
}
