//! Another method, path, time, nonce or framing was signed than was sent.

mistakes! {
    METHOD_CASE = "method_case",
        "签名时请求方法不是大写。"
        "The method was not signed in capitals."
        "第一行用大写的 GET、POST。"
        "The first line has the method in capitals: GET, POST.";
    METHOD_OTHER = "method_other",
        "签名时的请求方法和发出的不同。"
        "Another method was signed than was sent."
        "第一行写实际使用的请求方法。"
        "The first line has the method that is really used.";
    QUERY_MISSING = "target_query_missing",
        "签名时路径没有带查询串。"
        "The path was signed without its query."
        "第二行是路径加 ? 和查询串，和发出的一字不差。"
        "The second line is the path with ? and the query, exactly as sent.";
    FULL_URL = "target_full_url",
        "签名时用了带域名的完整 URL。"
        "The full address was signed, host included."
        "第二行只要路径和查询串，从 /v3 开始，不要协议和域名。"
        "The second line has path and query only, from /v3 on, without scheme and host.";
    TARGET_DECODED = "target_decoded",
        "签名时查询串是解码后的，发出的是编码过的。"
        "The query was signed decoded, but sent encoded."
        "用实际发出的（编码后的）路径和查询串签名。"
        "Sign path and query as they are sent, encoded.";
    TARGET_ENCODED = "target_encoded",
        "签名时查询串的编码和发出的不同。"
        "The query was signed with another encoding than it was sent with."
        "先拼出最终的 URL，从它取路径和查询串来签名，不要各编码一次。"
        "Build the final address first and take path and query from it; do not encode twice.";
    QUERY_SORTED = "target_query_sorted",
        "签名时查询参数的顺序和发出的不同。"
        "The query's parameters were signed in another order than they were sent in."
        "按实际发出的顺序签名；v3 不需要给参数排序。"
        "Sign them in the order they are sent in; v3 sorts nothing.";
    SLASH_ADDED = "target_slash_added",
        "签名时路径末尾多了一个斜杠。"
        "The path was signed with a slash at its end that was not sent."
        "签名的路径和发出的路径要一字不差。"
        "Sign the path exactly as it is sent.";
    SLASH_LOST = "target_slash_lost",
        "签名时路径少了斜杠（开头或末尾）。"
        "The path was signed without a slash, at its beginning or end, that was sent."
        "第二行从 / 开始，和发出的路径一字不差。"
        "The second line begins with / and is exactly the path that is sent.";
    PREFIX_MISSING = "target_prefix_missing",
        "签名时路径少了前面一段（例如 /v3）。"
        "The path was signed without its first part, such as /v3."
        "第二行是域名之后的整个路径，从 /v3 开始。"
        "The second line is the whole path after the host, from /v3 on.";
    QUESTION_MARK = "target_question_mark",
        "签名时路径末尾多了一个问号。"
        "The path was signed with a question mark at its end."
        "没有查询参数时不要加 ?。"
        "Without parameters there is no question mark.";
    TEMPLATE = "target_template",
        "签名时路径里的变量还没有代入，还是 {out_trade_no} 这样的占位符。"
        "The path was signed with its placeholder, such as {out_trade_no}, not filled in."
        "先代入单号得到最终路径，再签名。"
        "Fill in the number first, then sign the final path.";
    OTHER_CALL = "target_other_call",
        "签名用的是另一个接口的路径。"
        "The path of another call was signed."
        "第二行写这次实际请求的路径。"
        "The second line is the path of this very request.";
    MILLISECONDS = "timestamp_milliseconds",
        "签名时的时间戳是毫秒，请求头里的是秒。"
        "Milliseconds were signed, but seconds were sent."
        "timestamp 用秒，只取一次，签名和请求头用同一个值。"
        "timestamp is in seconds; take it once and use it for both.";
    TIMESTAMP_TWICE = "timestamp_twice",
        "签名和请求头各取了一次时间，差了几秒。"
        "The time was taken twice, for the signature and for the header, some seconds apart."
        "时间戳只取一次，签名和请求头用同一个值。"
        "Take the time once, and use it for both.";
    NONCE_CASE = "nonce_case",
        "签名时随机串的大小写和请求头里的不同。"
        "The nonce was signed in other letter case than it was sent in."
        "随机串只生成一次，签名和请求头用同一个值。"
        "Make the nonce once, and use it for both.";
    NONCE_EMPTY = "nonce_empty",
        "签名时随机串为空。"
        "The nonce was empty when signing."
        "先生成随机串再签名，签名和请求头用同一个值。"
        "Make the nonce before signing, and use it for both.";
    NONCE_DASHES = "nonce_dashes",
        "签名时 UUID 带着连字符，请求头里的没有，或者反过来。"
        "The UUID was signed with dashes and sent without, or the other way round."
        "随机串处理好再用，签名和请求头用同一个值。"
        "Finish the nonce first, and use it for both.";
    LAST_NEWLINE = "newline_last_missing",
        "签名串末尾少了换行符。"
        "The last line feed of the signed string is missing."
        "每一行都以 \\n 结尾，最后一行（包括空的请求体）也要。"
        "Each line ends in a line feed, the last one too, even when the body is empty.";
    EXTRA_NEWLINE = "newline_extra",
        "签名串末尾多了一个换行符。"
        "The signed string has one line feed too many at its end."
        "一共五行，最后一行之后没有别的。"
        "There are five lines, and nothing after the last line feed.";
    CRLF = "newline_crlf",
        "签名串用了 Windows 的换行 \\r\\n。"
        "The signed string has line ends of Windows, CR LF."
        "换行只用 \\n（0x0A），不要用 System.lineSeparator、PHP_EOL、Environment.NewLine。"
        "Use the line feed 0x0A only, not System.lineSeparator, PHP_EOL or Environment.NewLine.";
    LITERAL_NEWLINE = "newline_literal",
        "签名串里的换行是反斜杠加 n 两个字符，不是真正的换行符。"
        "The signed string has the two characters \\ and n where a line feed belongs."
        "PHP 用双引号 \"\\n\"，shell 用 $'\\n' 或 printf。"
        "In PHP use double quotes, \"\\n\"; in a shell $'\\n' or printf.";
    NO_NEWLINES = "newline_none",
        "签名串的几行之间没有换行符。"
        "The lines of the signed string have no line feeds between them."
        "每一行都以 \\n 结尾。"
        "Each line ends in a line feed.";
    JOINED_OTHERWISE = "newline_other_separator",
        "签名串的几行之间不是换行符，而是别的分隔符。"
        "The lines of the signed string are separated by something else than line feeds."
        "每一行都以 \\n 结尾。"
        "Each line ends in a line feed.";
    ORDER = "line_order",
        "签名串各行的顺序不对。"
        "The lines of the signed string are in another order."
        "顺序是：请求方法、路径、时间戳、随机串、请求体。"
        "The order is method, path, timestamp, nonce, body.";
    ANSWER_FORM = "line_answer_form",
        "用了验证应答的三行格式（时间戳、随机串、请求体）来签请求。"
        "A request was signed in the form of answers: timestamp, nonce, body."
        "请求签五行：请求方法、路径、时间戳、随机串、请求体。"
        "Requests are signed in five lines: method, path, timestamp, nonce, body.";
    BODY_LINE_MISSING = "line_body_missing",
        "签名串少了请求体那一行。"
        "The line of the body is missing in the signed string."
        "一共五行；没有请求体时第五行也要有，只是一个换行符。"
        "There are five lines; without a body the fifth is a line feed alone.";
}
