#include "helpers/page/html.h"

#include <gtest/gtest.h>

namespace dualpath::page {
namespace {

TEST(Html, EscapesMarkup) {
  EXPECT_EQ(ForHtml("a < b && c"), "a &lt; b &amp;&amp; c");
  EXPECT_EQ(ForScriptElement(R"(["</script><!--"])"), R"(["\u003c/script>\u003c!--"])");
}

TEST(Html, ContentIsNotSearchedForPlaceholders) {
  EXPECT_EQ(FillIn("<@A@|@B@>", {{"@A@", "@B@"}, {"@B@", "@A@"}}), "<@B@|@A@>");
  EXPECT_EQ(FillIn("no placeholder", {{"@A@", "a"}}), "no placeholder");
}

}  // namespace
}  // namespace dualpath::page
