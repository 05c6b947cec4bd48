#include "helpers/timeline/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace dualpath::timeline {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

timeline::Record Line(std::string text) {
  timeline::Record record;
  record.time_us = 5;
  record.lane = timeline::Lane::kKernel;
  record.kind = "line";
  record.text = std::move(text);
  return record;
}

/// Returns the content of a script element as a browser does: up to the first end tag.
std::string Script(const std::string& page, const std::string& id) {
  const std::size_t at = page.find("id=\"" + id + "\"");
  const std::size_t begin = page.find('>', at) + 1;
  return page.substr(begin, page.find("</script", begin) - begin);
}

std::size_t CountOf(const std::string& page, const std::string& text) {
  std::size_t count = 0;
  for (std::size_t at = page.find(text); at != std::string::npos; at = page.find(text, at + 1)) {
    ++count;
  }
  return count;
}

TEST(TimelinePage, ContainsTheRecordsAsNdjson) {
  Timeline timeline;
  timeline.records = {Line("one"), Line("two \xff")};
  const auto records = timeline::ParseNdjson(Script(TimelinePage(timeline), "records"));
  ASSERT_TRUE(records.ok()) << records.error().ToString();
  EXPECT_EQ(*records, (std::vector<timeline::Record>{Line("one"), Line("two \xef\xbf\xbd")}));
}

TEST(TimelinePage, ContainsTitleClockAndNotes) {
  Timeline timeline;
  timeline.title = "Failover & <more>";
  timeline.clock = Timeline::Clock::kWall;
  timeline.notes = {"12 lines </script> not understood"};
  const std::string page = TimelinePage(timeline);
  EXPECT_THAT(page, HasSubstr("<title>Failover &amp; &lt;more></title>"));
  const auto about = nlohmann::json::parse(Script(page, "about"));
  EXPECT_EQ(about["title"], timeline.title);
  EXPECT_EQ(about["clock"], "wall");
  EXPECT_EQ(about["notes"][0], timeline.notes[0]);
}

TEST(TimelinePage, NoTextIsInterpretedAsHtml) {
  Timeline harmless;
  harmless.records = {Line("x")};
  Timeline timeline;
  timeline.title = "</title><script>alert(1)</script>";
  timeline.records = {Line("</script><script>alert(1)</script>"), Line("<!-- <script>"),
                      Line("@RECORDS@ @CODE@")};
  const std::string page = TimelinePage(timeline);
  EXPECT_EQ(CountOf(page, "<script"), CountOf(TimelinePage(harmless), "<script"));
  EXPECT_EQ(CountOf(page, "</script"), CountOf(TimelinePage(harmless), "</script"));
  EXPECT_THAT(page, Not(HasSubstr("<!--")));
  const auto records = timeline::ParseNdjson(Script(page, "records"));
  ASSERT_TRUE(records.ok()) << records.error().ToString();
  EXPECT_EQ(*records, timeline.records);
}

TEST(TimelinePage, LoadsNothingFromTheNetwork) {
  const std::string page = TimelinePage({});
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("src=\"")));
  EXPECT_THAT(page, Not(HasSubstr("url(")));
  EXPECT_EQ(CountOf(page, "<link"), 1U);
  EXPECT_THAT(page, HasSubstr("<link rel=\"icon\" href=\"data:,\">"));
  EXPECT_LT(page.size(), 200000U);
  EXPECT_EQ(page.find("var uPlot=") != std::string::npos, HasPlotLibrary());
}

}  // namespace
}  // namespace dualpath::timeline
