package cloud

import (
	"context"
	"io"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// plainBodies keeps the SDK's bodies from ending connections. When the answer is there,
// the SDK closes the request's body, of which net/http may still look for the end; the
// SDK's io.WriterTo then fails (smithy-go, safeWriteToReadCloser), net/http closes the
// connection, and an answer that was not read whole is lost. A body that can only be
// read says io.EOF.
func plainBodies(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("keyvexPlainBodies", func(
		ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		if request, ok := in.Request.(*smithyhttp.Request); ok {
			if body, ok := request.GetStream().(io.ReadSeeker); ok {
				plain, err := request.SetStream(struct{ io.ReadSeeker }{body})
				if err != nil {
					return middleware.DeserializeOutput{}, middleware.Metadata{}, err
				}
				in.Request = plain
			}
		}
		return next.HandleDeserialize(ctx, in)
	}), middleware.After)
}
