#include "helpers/process/own_programs.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace dualpath::process {
namespace {

TEST(OwnPrograms, AreNamedFromTheCurrentDirectory) {
  EXPECT_EQ(FromHere("/home/me/dualpath/build/results", "/home/me/dualpath"), "build/results");
  EXPECT_EQ(FromHere("/home/me/dualpath/build/results", "/"), "home/me/dualpath/build/results");
  EXPECT_EQ(FromHere("/home/me/dualpath/build/results", "/home/me/dual"),
            "/home/me/dualpath/build/results");
  EXPECT_EQ(FromHere("/home/me/dualpath/build/results", "/tmp"), "/home/me/dualpath/build/results");
  EXPECT_EQ(FromHere("/home/me/results", ""), "/home/me/results");
}

TEST(OwnPrograms, ResultsAreNextToThem) {
  namespace fs = std::filesystem;
  EXPECT_EQ(fs::absolute(DefaultResults()), fs::path(OwnDirectory()).parent_path() / "results");
}

}  // namespace
}  // namespace dualpath::process
