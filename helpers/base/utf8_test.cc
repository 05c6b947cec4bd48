#include "helpers/base/utf8.h"

#include <gmock/gmock.h>

namespace dualpath {
namespace {

constexpr char kEuro[] = "\xE2\x82\xAC";
constexpr char kClef[] = "\xF0\x9D\x84\x9E";
constexpr char kReplacement[] = "\xEF\xBF\xBD";

TEST(Utf8, CharactersOfEveryLengthAreValid) {
  EXPECT_TRUE(IsValidUtf8(""));
  EXPECT_TRUE(IsValidUtf8("plain\n"));
  EXPECT_TRUE(IsValidUtf8(std::string("a\0b", 3)));
  EXPECT_TRUE(IsValidUtf8(std::string("\xC3\xA4") + kEuro + kClef));
}

TEST(Utf8, BytesThatAreNotACharacterAreInvalid) {
  EXPECT_FALSE(IsValidUtf8("\xFF"));
  EXPECT_FALSE(IsValidUtf8("\x80")) << "a trailing byte alone";
  EXPECT_FALSE(IsValidUtf8("cut \xE2\x82")) << "the last byte is missing";
  EXPECT_FALSE(IsValidUtf8("\xE2\x82x")) << "the last byte is another character";
  EXPECT_FALSE(IsValidUtf8("\xC0\xAF")) << "an overlong '/'";
  EXPECT_FALSE(IsValidUtf8("\xED\xA0\x80")) << "a surrogate";
  EXPECT_FALSE(IsValidUtf8("\xF4\x90\x80\x80")) << "beyond U+10FFFF";
}

TEST(Utf8, ReplacesOnlyInvalidBytes) {
  EXPECT_EQ(ReplaceInvalidUtf8(std::string("5 ") + kEuro), std::string("5 ") + kEuro);
  EXPECT_EQ(ReplaceInvalidUtf8("a\xFF"
                               "b"),
            std::string("a") + kReplacement + "b");
  EXPECT_EQ(ReplaceInvalidUtf8("\xE2\x82"), std::string(kReplacement) + kReplacement);
  EXPECT_TRUE(IsValidUtf8(ReplaceInvalidUtf8("\xC0\xAF\xED\xA0\x80\xF0\x9D")));
}

TEST(Utf8, AShortTextIsNotCut) {
  EXPECT_EQ(CutUtf8("", 0), "");
  EXPECT_EQ(CutUtf8(kEuro, 3), kEuro);
}

TEST(Utf8, CutsBetweenCharacters) {
  const std::string text = std::string("a") + kEuro + kClef;
  EXPECT_EQ(CutUtf8(text, 0), "");
  EXPECT_EQ(CutUtf8(text, 1), "a");
  EXPECT_EQ(CutUtf8(text, 2), "a");
  EXPECT_EQ(CutUtf8(text, 3), "a");
  EXPECT_EQ(CutUtf8(text, 4), std::string("a") + kEuro);
  EXPECT_EQ(CutUtf8(text, 7), std::string("a") + kEuro);
}

TEST(Utf8, CutsInvalidTextAtTheExactByte) {
  const std::string trailing(100, '\x80');
  EXPECT_EQ(CutUtf8(trailing, 50), trailing.substr(0, 50));
  EXPECT_EQ(CutUtf8(trailing, 2), trailing.substr(0, 2));
}

}  // namespace
}  // namespace dualpath
