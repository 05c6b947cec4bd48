#include "helpers/timeline/month_names.h"

#include <gtest/gtest.h>

namespace dualpath::timeline {
namespace {

int Month(std::string_view name) {
  const auto found = FindMonth(name);
  return found ? found->month : 0;
}

TEST(MonthNames, AreFoundInEveryLanguage) {
  EXPECT_EQ(Month("May"), 5);
  EXPECT_EQ(Month("mars"), 3);
  EXPECT_EQ(Month("févr."), 2);
  EXPECT_EQ(Month("août"), 8);
  EXPECT_EQ(Month("Mär"), 3);
  EXPECT_EQ(Month("Dez"), 12);
  EXPECT_EQ(Month("ene"), 1);
  EXPECT_EQ(Month("paź"), 10);
  EXPECT_EQ(Month("янв"), 1);
  EXPECT_EQ(Month("11月"), 11);
  EXPECT_EQ(Month("11월"), 11);
}

TEST(MonthNames, AreNotOtherWords) {
  for (const char* name : {"", ".", "Monday", "multipathd", "12", "mars31"}) {
    EXPECT_FALSE(FindMonth(name)) << name;
  }
}

TEST(MonthNames, SayIfAnotherLanguageDiffers) {
  EXPECT_EQ(Month("lis"), 11);
  EXPECT_TRUE(FindMonth("lis")->is_ambiguous);
  EXPECT_FALSE(FindMonth("Nov")->is_ambiguous);
  // Sesotho has "Jan" for June; nobody is asked about January.
  EXPECT_FALSE(FindMonth("Jan")->is_ambiguous);
}

}  // namespace
}  // namespace dualpath::timeline
