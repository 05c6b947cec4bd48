#include "helpers/guest/program_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::guest {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::MatchesRegex;

Deadline Soon() { return Deadline::In(std::chrono::seconds(30)); }

TEST(ProgramFiles, IncludeTheLoaderAndTheLibraries) {
  const auto gathered = GatherProgram({"/bin/true", "/tools"}, Soon());
  ASSERT_TRUE(gathered.ok()) << gathered.error().ToString();
  EXPECT_THAT(gathered->files, Contains(Field(&ProgramFiles::File::path, "/tools/libc.so.6")));
  EXPECT_THAT(gathered->command, ElementsAre(MatchesRegex("/tools/ld-linux.*"), "--library-path",
                                             "/tools", "/tools/true"));
  const auto program = ReadFile("/bin/true");
  ASSERT_TRUE(program.ok()) << program.error().ToString();
  EXPECT_EQ(gathered->files.back().path, "/tools/true");
  EXPECT_EQ(gathered->files.back().mode, 0755U);
  EXPECT_TRUE(gathered->files.back().content == *program);
  EXPECT_GT(gathered->Bytes(), program->size());
}

TEST(ProgramFiles, NeedNoLoaderIfTheProgramDoesNot) {
  const TemporaryDirectory directory = *TemporaryDirectory::Create();
  const std::string script = directory.path() + "/script";
  ASSERT_TRUE(WriteFileAtomically(script, "#!/bin/sh\n").ok());
  const auto gathered = GatherProgram({script, "/tools"}, Soon());
  ASSERT_TRUE(gathered.ok()) << gathered.error().ToString();
  EXPECT_THAT(gathered->command, ElementsAre("/tools/script"));
  EXPECT_EQ(gathered->files.size(), 1U);
}

TEST(ProgramFiles, TheErrorNamesTheMissingProgram) {
  const auto gathered = GatherProgram({"/no/such/program", "/tools"}, Soon());
  ASSERT_FALSE(gathered.ok());
  EXPECT_EQ(gathered.error().ToString(),
            "read file: /no/such/program: No such file or directory (errno 2)");
}

}  // namespace
}  // namespace dualpath::guest
