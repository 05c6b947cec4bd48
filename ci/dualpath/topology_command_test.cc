#include "ci/dualpath/topology_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "helpers/base/file.h"

namespace dualpath::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr char kSaved[] =
    "warning: something\n"
    "mpatha (36001405aa) dm-0 LIO-ORG,stor\xff"
    "age\n"
    "size=1.0G features='1 queue_if_no_path' hwhandler='1 alua' wp=rw\n"
    "`-+- policy='service-time 0' prio=1 status=active\n"
    "  `- 3:0:1:0 sdb 8:16 failed i/o pending running\n";

struct Ended {
  int exit_code;
  std::string out;
  std::string err;
};

Ended RunOn(const std::string& file) {
  std::ostringstream out;
  std::ostringstream err;
  const int exit_code = RunTopology(file, out, err);
  return {exit_code, out.str(), err.str()};
}

/// Runs with `text` as standard input.
Ended RunOnInput(const std::string& text, const std::string& file) {
  const std::istringstream input(text);
  std::streambuf* const before = std::cin.rdbuf(input.rdbuf());
  Ended ended = RunOn(file);
  std::cin.rdbuf(before);
  std::cin.clear();
  return ended;
}

std::string TemporaryFile() {
  return ::testing::TempDir() + "/dualpath-topology-" + std::to_string(::getpid());
}

TEST(TopologyCommand, PrintsASavedTopologyAsJson) {
  const std::string file = TemporaryFile();
  ASSERT_TRUE(WriteFileAtomically(file, kSaved).ok());
  const Ended ended = RunOn(file);
  std::remove(file.c_str());
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_EQ(ended.err, "");
  const auto document = nlohmann::json::parse(ended.out);
  EXPECT_EQ(document["maps"][0]["alias"], "mpatha");
  EXPECT_EQ(document["maps"][0]["product"],
            "stor\xef\xbf\xbd"
            "age");
  EXPECT_EQ(document["maps"][0]["groups"][0]["paths"][0]["checker_state"], "i/o pending");
  EXPECT_EQ(document["not_understood"][0]["line_number"], 1);
  EXPECT_EQ(document["not_understood"][0]["text"], "warning: something");
}

TEST(TopologyCommand, ReadsStandardInputByDefaultAndForADash) {
  for (const char* file : {"", "-"}) {
    const Ended ended = RunOnInput(kSaved, file);
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    EXPECT_EQ(nlohmann::json::parse(ended.out)["maps"].size(), 1U);
  }
}

TEST(TopologyCommand, AnUnreadableFileIsAUsageError) {
  const Ended ended = RunOn("/nonexistent/topology.txt");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, StartsWith("dualpath topology: read file: /nonexistent/topology.txt: "
                                    "No such file or directory"));
  EXPECT_THAT(RunOn("/").err, HasSubstr("Is a directory"));
}

TEST(TopologyCommand, InputWithoutAMapIsAUsageError) {
  const Ended empty = RunOnInput("", "");
  EXPECT_EQ(empty.exit_code, 2);
  EXPECT_EQ(empty.out, "");
  EXPECT_EQ(empty.err,
            "dualpath topology: standard input: no multipath map found (the input is empty); "
            "expected the output of 'multipath -ll'\n");
  const Ended other = RunOnInput("\nNAME MAJ:MIN\nsda 8:0\n", "-");
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_EQ(other.err,
            "dualpath topology: standard input: no multipath map found (line 2 begins the "
            "output of lsblk); expected the output of 'multipath -ll'\n");
}

TEST(TopologyCommand, AnAnswerOfOnlyMessagesIsAnAnswer) {
  const Ended ended = RunOnInput("Nov 05 17:17:03 | DM multipath kernel driver not loaded\n", "-");
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  const auto document = nlohmann::json::parse(ended.out);
  EXPECT_TRUE(document["maps"].empty());
  EXPECT_EQ(document["not_understood"].size(), 1U);
}

TEST(TopologyCommand, DamagedJsonIsAUsageError) {
  const Ended ended = RunOnInput("{\"maps\": 5}", "-");
  EXPECT_EQ(ended.exit_code, 2);
  EXPECT_EQ(ended.out, "");
  EXPECT_THAT(ended.err, HasSubstr("the document has no array 'maps'"));
}

}  // namespace
}  // namespace dualpath::cli
