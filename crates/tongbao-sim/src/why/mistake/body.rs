//! Another body was signed than was sent.

mistakes! {
    SPACING = "body_spacing",
        "签名时的 JSON 和发出的 JSON 空格不同：请求体被重新序列化过。"
        "The JSON that was signed has other blanks than the JSON that was sent: the body was serialised twice."
        "先序列化一次得到字符串，签名和发送都用这同一个字符串（例如 requests 用 data=，不要用 json=）。"
        "Serialise once, then sign and send that very string (with requests use data=, not json=).";
    PRETTY = "body_pretty",
        "签名时的 JSON 是带缩进换行的，发出的不是。"
        "The JSON that was signed is indented, the one that was sent is not."
        "签名和发送用同一个字符串，不要一边美化一边压缩。"
        "Sign and send one string; do not indent one of the two.";
    COMPACT = "body_compact",
        "签名时的 JSON 没有空格，发出的有：请求体被重新序列化过。"
        "The JSON that was signed has no blanks, the one that was sent has: the body was serialised twice."
        "先序列化一次得到字符串，签名和发送都用这同一个字符串。"
        "Serialise once, then sign and send that very string.";
    UNICODE_ESCAPED = "body_unicode_escaped",
        "签名时中文写成了 \\uXXXX，发出的是 UTF-8 原文。"
        "Chinese was signed as \\uXXXX, but sent as UTF-8."
        "签名和发送用同一个字符串；PHP 加 JSON_UNESCAPED_UNICODE，Python 加 ensure_ascii=False，两边一致即可。"
        "Sign and send one string. PHP: JSON_UNESCAPED_UNICODE, Python: ensure_ascii=False, the same on both sides.";
    UNICODE_RAW = "body_unicode_raw",
        "签名时中文是 UTF-8 原文，发出的写成了 \\uXXXX。"
        "Chinese was signed as UTF-8, but sent as \\uXXXX."
        "签名和发送用同一个字符串；HTTP 库不要再替你序列化一次。"
        "Sign and send one string; do not let the HTTP library serialise again.";
    SLASHES_ESCAPED = "body_slashes_escaped",
        "签名时斜杠写成了 \\/，发出的是 /。"
        "Slashes were signed as \\/, but sent as /."
        "PHP 的 json_encode 加 JSON_UNESCAPED_SLASHES，并且只调用一次。"
        "Call PHP's json_encode once, with JSON_UNESCAPED_SLASHES.";
    SLASHES_RAW = "body_slashes_raw",
        "签名时斜杠是 /，发出的写成了 \\/。"
        "Slashes were signed as /, but sent as \\/."
        "签名和发送用同一个字符串；HTTP 库不要再替你序列化一次。"
        "Sign and send one string; do not let the HTTP library serialise again.";
    HTML_ESCAPED = "body_html_escaped",
        "签名和发送时 <、>、& 一边转义成 \\u003c 这类写法，一边没有。"
        "On one side <, > and & are escaped as \\u003c and the like, on the other not."
        "Go 用 Encoder.SetEscapeHTML(false) 或者只 Marshal 一次；Gson 用 disableHtmlEscaping。"
        "Go: Encoder.SetEscapeHTML(false), or marshal once only. Gson: disableHtmlEscaping.";
    SORTED = "body_sorted",
        "签名前把 JSON 的键排了序，发出的没有排序；v3 不需要排序。"
        "Keys were sorted before signing, but not in what was sent. v3 sorts nothing."
        "v3 签的是原样的请求体，删掉排序（那是 v2 的做法）。"
        "v3 signs the body as it is; remove the sorting, which belongs to v2.";
    NULLS_DROPPED = "body_nulls_dropped",
        "签名时去掉了值为 null 的字段，发出时又带上了。"
        "Members that are null were left out when signing, but sent."
        "先去掉 null 再序列化，签名和发送用同一个字符串。"
        "Drop nulls first, then serialise once for both.";
    EMPTY = "body_empty",
        "请求有请求体，签名时却当作没有。"
        "The request has a body, but was signed as if it had none."
        "签名串第五行放实际发出的请求体；只有没有请求体时才是空行。"
        "The fifth line is the body as sent; it is empty only when there is none.";
    BRACES = "body_braces",
        "请求没有请求体，签名时用了 {}。"
        "The request has no body, but {} was signed."
        "没有请求体（例如 GET）时第五行为空，只有一个换行符。"
        "Without a body, as with GET, the fifth line is empty: a line feed only.";
    NOTHING_WORD = "body_nothing_word",
        "签名串里的请求体是 null、undefined、None 这类词：空值被转成了字符串。"
        "The word null, undefined, None or the like was signed for the body: an empty value became text."
        "没有请求体时用空字符串签名。"
        "Sign an empty string when there is no body.";
    OBJECT_WORD = "body_object_word",
        "签名串里的请求体是对象转成的字符串（例如 [object Object]、Array、map[…]），不是 JSON。"
        "What was signed is an object turned into text ([object Object], Array, map[…]), not its JSON."
        "先用 JSON.stringify、json.dumps 这类函数得到字符串，再放进签名串并发送。"
        "Make the string first (JSON.stringify, json.dumps), then sign and send it.";
    PYTHON_REPR = "body_python_repr",
        "签名串里的请求体是 str(dict) 的结果（单引号），不是 JSON。"
        "What was signed is str(dict), with single quotes, not JSON."
        "用 json.dumps 得到字符串，签名和发送都用它。"
        "Use json.dumps, and sign and send its result.";
    FORM = "body_form",
        "签名时请求体写成了 a=1&b=2 的表单格式，发出的是 JSON。"
        "The body was signed as a form (a=1&b=2), but sent as JSON."
        "v3 签的是原样的 JSON 请求体。"
        "v3 signs the JSON body as it is.";
    QUERY = "body_query",
        "GET 的查询参数被当作请求体签了名。"
        "The query of a GET was signed as its body."
        "查询串属于第二行的路径；没有请求体时第五行为空。"
        "The query belongs to the path in the second line; the fifth line is empty.";
    NEWLINE_SENT = "body_newline_sent",
        "发出的请求体末尾多了换行，签名时没有。"
        "The body was sent with a line feed at its end that was not signed."
        "签名和发送用同一个字符串；Go 的 json.Encoder 会在末尾加换行，改用 json.Marshal。"
        "Sign and send one string. Go's json.Encoder adds a line feed: use json.Marshal.";
    NEWLINE_SIGNED = "body_newline_signed",
        "签名时请求体末尾多了换行，发出的没有。"
        "The body was signed with a line feed at its end that was not sent."
        "签名和发送用同一个字符串；签名串第五行是请求体加一个换行符。"
        "Sign and send one string; the fifth line is the body and one line feed.";
    TRIMMED = "body_trimmed",
        "发出的请求体前后有空白，签名时去掉了。"
        "The body was sent with blanks around it that were not signed."
        "签名和发送用同一个字符串。"
        "Sign and send one string.";
    CHARSET = "body_charset",
        "签名时请求体按另一种字符集编码（GBK 或 ISO-8859-1），发出的是 UTF-8。"
        "The body was signed in another charset (GBK or ISO-8859-1) than UTF-8, in which it was sent."
        "转成字节时写明 UTF-8，例如 Java 的 getBytes(StandardCharsets.UTF_8)。"
        "Name UTF-8 where text becomes bytes, such as getBytes(StandardCharsets.UTF_8) in Java.";
    QUOTED_TWICE = "body_quoted_twice",
        "签名时请求体被序列化了两次，成了带引号的字符串。"
        "The body was serialised twice before signing: a quoted string was signed."
        "只序列化一次，签名和发送用同一个字符串。"
        "Serialise once, and sign and send that string.";
}
