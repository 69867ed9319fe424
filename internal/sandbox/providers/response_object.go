package providers

// part is the content of the answer with that text.
func (r response) part(text string) object {
	if r.refuse {
		return object{"type": "refusal", "refusal": text}
	}
	return object{"type": "output_text", "text": text, "annotations": []object{}, "logprobs": []object{}}
}

// message is the only item of the output.
func (r response) message(status string, content ...object) object {
	return object{"id": r.item, "type": "message", "status": status, "role": "assistant", "content": append([]object{}, content...)}
}

// ending is the status of an answer that has ended.
func (r response) ending() string {
	if r.incomplete != "" {
		return "incomplete"
	}
	return "completed"
}

// object is the response so far. What a request leaves out has the default that
// OpenAI's reference gives.
func (r response) object(status string, output ...object) object {
	body := object{
		"id": r.id, "object": "response", "created_at": r.created, "status": status, "model": r.Model, "output": append([]object{}, output...),
		"background": false, "error": nil, "incomplete_details": nil, "instructions": orNull(string(r.Instructions)),
		"max_output_tokens": r.MaxOutputTokens, "metadata": object{}, "parallel_tool_calls": true, "previous_response_id": nil,
		"reasoning": object{"effort": nil, "summary": nil}, "service_tier": "default", "store": r.Store == nil || *r.Store,
		"temperature": 1.0, "text": object{"format": object{"type": "text"}}, "tool_choice": "auto", "tools": []object{}, "top_p": 1.0,
		"truncation": "disabled", "usage": nil, "user": nil,
	}
	if r.Temperature != nil {
		body["temperature"] = *r.Temperature
	}
	return body
}

// finished is the response with its answer.
func (r response) finished() object {
	body := r.object(r.ending(), r.message(r.ending(), r.part(r.text)))
	if r.incomplete != "" {
		body["incomplete_details"] = object{"reason": r.incomplete}
	}
	asked, said := tokens(r.question), tokens(r.text)
	body["usage"] = object{
		"input_tokens": asked, "input_tokens_details": object{"cached_tokens": 0},
		"output_tokens": said, "output_tokens_details": object{"reasoning_tokens": 0}, "total_tokens": asked + said,
	}
	return body
}
