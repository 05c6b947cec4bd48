#include "helpers/timeline/line_reader.h"

#include <gtest/gtest.h>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::timeline {
namespace {

class LineReaderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok());
    directory_.emplace(*std::move(directory));
  }

  /// Returns lines as "text", "text!" if it was cut, "text$" if the file ends without a newline.
  std::vector<std::string> Lines(const std::string& content) {
    const std::string file = directory_->path() + "/log";
    EXPECT_TRUE(WriteFileAtomically(file, content).ok());
    auto reader = LineReader::Open(file);
    EXPECT_TRUE(reader.ok());
    std::vector<std::string> lines;
    while (true) {
      const auto next = reader->Read();
      EXPECT_TRUE(next.ok());
      if (!next.ok() || !next->has_line) return lines;
      lines.push_back(std::string(next->line.text) + (next->line.cut_short ? "!" : "") +
                      (next->line.ended ? "" : "$"));
    }
  }

  std::optional<TemporaryDirectory> directory_;
};

using Strings = std::vector<std::string>;

TEST_F(LineReaderTest, YieldsEachLine) {
  EXPECT_EQ(Lines(""), Strings{});
  EXPECT_EQ(Lines("\n"), Strings{""});
  EXPECT_EQ(Lines("a\n\nb\n"), (Strings{"a", "", "b"}));
  EXPECT_EQ(Lines("a\nb"), (Strings{"a", "b$"}));
  EXPECT_EQ(Lines(std::string("a\0b\n", 4)), (Strings{std::string("a\0b", 3)}));
}

TEST_F(LineReaderTest, JoinsLinesAcrossBuffers) {
  std::string content;
  Strings expected;
  for (int i = 0; i < 5000; ++i) {
    expected.push_back(std::string(static_cast<std::size_t>(i % 997), 'x') + std::to_string(i));
    content += expected.back() + "\n";
  }
  EXPECT_EQ(Lines(content), expected);
}

TEST_F(LineReaderTest, SkipsTheRestOfALongLine) {
  const std::string kept(LineReader::kMaxLineBytes, 'a');
  EXPECT_EQ(Lines(kept + "\nb\n"), (Strings{kept, "b"}));
  EXPECT_EQ(Lines(kept + "rest\nb\n"), (Strings{kept + "!", "b"}));
  EXPECT_EQ(Lines(kept + std::string(1 << 20, 'c')), (Strings{kept + "!$"}));
}

TEST_F(LineReaderTest, NamesTheFileInAnError) {
  const auto missing = LineReader::Open("/nonexistent/messages");
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().ToString(),
            "read: /nonexistent/messages: No such file or directory (errno 2)");
  auto folder = LineReader::Open(directory_->path());
  ASSERT_TRUE(folder.ok());
  const auto next = folder->Read();
  ASSERT_FALSE(next.ok());
  EXPECT_EQ(next.error().ToString(), "read: " + directory_->path() + ": Is a directory (errno 21)");
}

}  // namespace
}  // namespace dualpath::timeline
