#include "ci/results/xml_depth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::results {
namespace {

using ::testing::HasSubstr;

std::string Repeated(int times, const std::string& text) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST(XmlDepth, IsThatOfTheDeepestElement) {
  for (const char* xml :
       {"<a><b/><b></b><b x='1'/></a>", "<?xml version='1.0'?><a><!-- <b><c> --><b/></a>",
        "<a><b><![CDATA[<c><d>]]></b></a>", "<a><b x=\"<c><d>>\" y='\"<e>'></b></a>", "", "text"}) {
    EXPECT_TRUE(CheckXmlDepth(xml, 2).ok()) << xml;
  }
  for (const char* xml : {"<a><b><c></c></b></a>", "<a><b><c>", "<a><b/><b><c y='/'></c>"}) {
    EXPECT_FALSE(CheckXmlDepth(xml, 2).ok()) << xml;
  }
}

// An end tag that the parser does not take for one must not make room.
TEST(XmlDepth, DoesNotDecreaseInTextThatIsNoTag) {
  for (const char* hidden : {"<!-- </x> -->", "<![CDATA[</x>]]>", "<?p </x> ?>"}) {
    EXPECT_FALSE(CheckXmlDepth(Repeated(50, std::string("<x>") + hidden), 20).ok()) << hidden;
  }
  EXPECT_FALSE(CheckXmlDepth(Repeated(50, "<x y='/></x>'>"), 20).ok());
}

TEST(XmlDepth, OfAMillionElementsIsChecked) {
  EXPECT_THAT(CheckXmlDepth(Repeated(1000000, "<a>"), 20).error().ToString(),
              HasSubstr("nested deeper than 20"));
}

TEST(XmlDepth, ADocumentTypeIsAnError) {
  EXPECT_FALSE(CheckXmlDepth("<!DOCTYPE a [<!ENTITY b \"c\">]><a/>", 20).ok());
}

}  // namespace
}  // namespace dualpath::results
