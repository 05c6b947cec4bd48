// The layout that README describes: dependencies between folders point one way, nothing depends on
// images/, and each folder is one CMake library.

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace dualpath::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;

constexpr std::string_view kSource = DUALPATH_SOURCE_DIRECTORY;

/// Every folder with C++ sources, in dependency order: a folder may include itself and those before
/// it.
constexpr std::array kFolders = {
    "helpers/base",
    "helpers/process",
    "helpers/host",
    "helpers/guest/wire",
    "helpers/scsi",
    "helpers/dm",
    "helpers/lio",
    "helpers/iscsi",
    "helpers/multipath",
    "helpers/observe",
    "helpers/page",
    "helpers/guest",
    "helpers/timeline",
    "helpers/layers",
    "helpers/matchers",
    "helpers/lab/image",
    "helpers/timeline/sources",
    "helpers/lab",
    "fixtures",
    "images/guest/agent",
    "images/lab/terminal",
    "cases",
    "ci/results",
    "ci/bench",
    "ci/flakes",
    "ci/matrix",
    "ci/bisect",
    "ci/dualpath",
    "ci/fuzzing",
    "ci/tests/self",
    "ci/tests",
};

std::size_t RankOf(const std::string& folder) {
  return std::find(kFolders.begin(), kFolders.end(), folder) - kFolders.begin();
}

std::string FolderOf(const std::string& file) { return fs::path(file).parent_path().string(); }

bool IsTest(const std::string& file) {
  const std::string name = fs::path(file).filename().string();
  return name.find("_test.") != std::string::npos || name.rfind("fake_", 0) == 0;
}

std::vector<std::string> LinesOf(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// Returns the header that `line` includes, if it is one of ours.
std::string Included(const std::string& line) {
  constexpr std::string_view kBegin = "#include \"";
  if (line.rfind(kBegin, 0) != 0) return "";
  const std::size_t end = line.find('"', kBegin.size());
  const std::string file = line.substr(kBegin.size(), end - kBegin.size());
  return file.find('/') == std::string::npos ? "" : file;
}

/// Returns all C++ sources and headers, relative to the source directory.
std::vector<std::string> Sources() {
  std::vector<std::string> files;
  for (const char* top : {"helpers", "images", "fixtures", "cases", "ci"}) {
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(kSource) / top)) {
      const std::string extension = entry.path().extension().string();
      if (extension != ".cc" && extension != ".h") continue;
      files.push_back(fs::relative(entry.path(), kSource).string());
    }
  }
  return files;
}

/// Returns why `file` may not include `included`; empty if it may.
std::string WhyNot(const std::string& file, const std::string& included) {
  const std::string from = FolderOf(file);
  const std::string to = FolderOf(included);
  // Tests of the guest's protocol include both ends.
  if (from == to || IsTest(file)) return "";
  if (to.rfind("images/", 0) == 0) return "nothing may depend on images/";
  if (RankOf(to) == kFolders.size()) return "";  // generated
  if (RankOf(to) > RankOf(from)) return to + " comes after " + from + " in dependency order";
  return "";
}

TEST(Layout, EveryFolderWithSourcesIsInTheOrder) {
  std::vector<std::string> unknown;
  for (const std::string& file : Sources()) {
    const std::string folder = FolderOf(file);
    // Programs that unit tests inspect.
    if (fs::path(folder).filename() == "testdata") continue;
    if (RankOf(folder) == kFolders.size()) unknown.push_back(file);
  }
  EXPECT_THAT(unknown, IsEmpty());
}

TEST(Layout, DependenciesPointOneWayAndNothingDependsOnImages) {
  std::vector<std::string> wrong;
  for (const std::string& file : Sources()) {
    int number = 0;
    for (const std::string& line : LinesOf(fs::path(kSource) / file)) {
      ++number;
      const std::string included = Included(line);
      const std::string why = included.empty() ? "" : WhyNot(file, included);
      if (why.empty()) continue;
      wrong.push_back(file + ":" + std::to_string(number) + ": " + included + ": " + why);
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

// ::testing::Not() bypasses the overloads of helpers/matchers/negation.h, with which an error
// satisfies no expectation.
TEST(Layout, NotIsCalledUnqualified) {
  std::vector<std::string> wrong;
  for (const std::string& file : Sources()) {
    if (FolderOf(file) == "helpers/matchers" || FolderOf(file) == "ci/tests") continue;
    for (const std::string& line : LinesOf(fs::path(kSource) / file)) {
      if (line.find("testing::Not(") != std::string::npos) wrong.push_back(file + ": " + line);
    }
  }
  EXPECT_THAT(wrong, IsEmpty());
}

TEST(Layout, RejectsIncludesAgainstTheOrder) {
  EXPECT_EQ(WhyNot("helpers/guest/domain.cc", "helpers/guest/wire/wire.h"), "");
  EXPECT_EQ(WhyNot("helpers/guest/agent_client.cc", "images/guest/agent/server.h"),
            "nothing may depend on images/");
  EXPECT_EQ(WhyNot("helpers/scsi/disk.h", "helpers/dm/device.h"),
            "helpers/dm comes after helpers/scsi in dependency order");
}

TEST(Layout, EachFolderOfHelpersIsOneLibrary) {
  std::map<std::string, int> libraries;
  for (const std::string_view folder : kFolders) {
    if (folder.rfind("helpers/", 0) != 0) continue;
    int& count = libraries[std::string(folder)];
    for (const std::string& line : LinesOf(fs::path(kSource) / folder / "CMakeLists.txt")) {
      if (line.rfind("dualpath_library(", 0) == 0) ++count;
    }
  }
  for (const auto& [folder, count] : libraries) EXPECT_EQ(count, 1) << folder;
}

}  // namespace
}  // namespace dualpath::tests
