#include "ci/dualpath/image_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::cli {
namespace {

using ::testing::HasSubstr;

/// Returns the parser's error, or an empty string.
std::string ErrorOf(const std::string& arguments) {
  CLI::App app;
  const ImageCommand image(app);
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    return error.what();
  }
  return "";
}

TEST(ImageCommand, NeedsToBeToldWhatToDo) {
  EXPECT_THAT(ErrorOf("image"), HasSubstr("subcommand is required"));
  EXPECT_EQ(ErrorOf("image list"), "");
  EXPECT_EQ(ErrorOf("image build trixie sid --refresh"), "");
  EXPECT_EQ(ErrorOf("image show trixie"), "");
  EXPECT_EQ(ErrorOf("image show trixie-0123456789ab-cdef01234567"), "");
  EXPECT_EQ(ErrorOf("image prune --older-than 30"), "");
}

TEST(ImageCommand, AnUnknownStackIsAUsageErrorThatNamesTheKnownOnes) {
  for (const char* arguments : {"image build etch", "image show etch", "image build trixie etch"}) {
    EXPECT_THAT(ErrorOf(arguments), HasSubstr("etch not in {bookworm,bullseye,")) << arguments;
  }
}

TEST(ImageCommand, TheAgeIsANumberOfDays) {
  EXPECT_NE(ErrorOf("image prune --older-than -1"), "");
  EXPECT_NE(ErrorOf("image prune --older-than old"), "");
}

}  // namespace
}  // namespace dualpath::cli
