#include "helpers/lab/protocol.h"

#include <gtest/gtest.h>

namespace dualpath::lab::protocol {
namespace {

TEST(Protocol, ParsesTheEndOfACase) {
  const auto end = ParseCaseExit("exit 137 4096 12.50 112.75");
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->code, 137);
  EXPECT_EQ(end->bytes, 4096U);
  EXPECT_EQ(end->begun_seconds, 12.5);
  EXPECT_EQ(end->ended_seconds, 112.75);
}

TEST(Protocol, ACaseExitHasAllItsFields) {
  for (const char* line : {"", "exit", "exit 0", "exit 0 4096", "exit 0 4096 12.5",
                           "exit zero 4096 12.5 13", "exited 0 4096 12.5 13", "rig 0 1 2 3"}) {
    EXPECT_FALSE(ParseCaseExit(line).has_value()) << line;
  }
}

TEST(Protocol, ParsesTheExitCodeOfBothExitLines) {
  EXPECT_EQ(ParseExitCode("exit 0"), 0);
  EXPECT_EQ(ParseExitCode("exit 3 4096 12.5 13"), 3);
  EXPECT_EQ(ParseExitCode(ExitLine(77)), 77);
  for (const char* line : {"", "exit", "exit x", "exited 0", "0"}) {
    EXPECT_FALSE(ParseExitCode(line).has_value()) << line;
  }
}

TEST(Protocol, ARigKeepsItsNameWithSpaces) {
  EXPECT_EQ(ParseRig(RigLine("{\"a b\": 1}")), "{\"a b\": 1}");
  EXPECT_EQ(ParseRig(RigLine("")), "") << "the default rig";
  EXPECT_FALSE(ParseRig("rigging up").has_value());
  EXPECT_FALSE(ParseRig("exit 0").has_value());
}

TEST(Protocol, TheClockOfAShellIsReadAsItWasWritten) {
  EXPECT_EQ(ClockLine({1234567.8914, 65536, true}), "clock 1234567.891 65536 prompt");
  const auto clock = ParseClock(ClockLine({12.25, 3, false}));
  ASSERT_TRUE(clock.has_value());
  EXPECT_EQ(clock->seconds, 12.25);
  EXPECT_EQ(clock->typed, 3U);
  EXPECT_FALSE(clock->at_prompt);
}

TEST(Protocol, TheClockOfAShellHasAllItsFields) {
  for (const char* line : {"", "clock", "clock 1 2", "clock x 2 prompt", "clock 1 2 elsewhere",
                           "clocks 1 2 prompt", "exit 0"}) {
    EXPECT_FALSE(ParseClock(line).has_value()) << line;
  }
}

TEST(Protocol, EchoWritesToTheControlPort) {
  EXPECT_EQ(Echo(kBegun), "echo begun >&" + std::to_string(kControlPort));
}

}  // namespace
}  // namespace dualpath::lab::protocol
