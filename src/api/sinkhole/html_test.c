/* Text of others stays text. */
#include "api/sinkhole/html.h"

#include "base/test.h"

static const char *written(const char *text)
{
    static char to[200];
    struct writer w = writer_of(to, sizeof to - 1);
    html_text(&w, text);
    to[w.len] = '\0';
    return to;
}

TEST(nothing_becomes_markup)
{
    check_str(written("<script>alert('x')</script>"), "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
    check_str(written("\" onload=\"x"), "&quot; onload=&quot;x");
    check_str(written("a&amp;b"), "a&amp;amp;b");
    check_str(written("火\nb\x01\x7f"), "火\nb\xef\xbf\xbd\xef\xbf\xbd");
}

int main(int argc, char **argv)
{
    return test_main(argc, argv);
}
