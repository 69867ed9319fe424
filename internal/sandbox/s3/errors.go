package s3

import "github.com/johannesboyne/gofakes3"

// AWS's words, where gofakes3 has none.
func noSuchBucket() error {
	return gofakes3.ErrorMessage(gofakes3.ErrNoSuchBucket, "The specified bucket does not exist")
}

func noSuchKey() error {
	return gofakes3.ErrorMessage(gofakes3.ErrNoSuchKey, "The specified key does not exist.")
}

func noSuchVersion() error {
	return gofakes3.ErrorMessage(gofakes3.ErrNoSuchVersion, "The specified version does not exist.")
}

func notEmpty(versioned bool) error {
	words := "The bucket you tried to delete is not empty"
	if versioned {
		words += ". You must delete all versions in the bucket."
	}
	return gofakes3.ErrorMessage(gofakes3.ErrBucketNotEmpty, words)
}
