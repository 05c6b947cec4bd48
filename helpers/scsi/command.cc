#include "helpers/scsi/command.h"

#include <utility>

namespace dualpath::scsi {
namespace {

constexpr std::uint8_t kTestUnitReady = 0x00;
constexpr std::uint8_t kRequestSense = 0x03;
constexpr std::uint8_t kInquiry = 0x12;
constexpr std::uint8_t kRead10 = 0x28;
constexpr std::uint8_t kWrite10 = 0x2a;
constexpr std::uint8_t kSynchronizeCache10 = 0x35;
constexpr std::uint8_t kUnmap = 0x42;
constexpr std::uint8_t kRead16 = 0x88;
constexpr std::uint8_t kWrite16 = 0x8a;
constexpr std::uint8_t kSynchronizeCache16 = 0x91;
constexpr std::uint8_t kWriteSame16 = 0x93;
constexpr std::uint8_t kReportLuns = 0xa0;
constexpr std::uint8_t kMaintenanceIn = 0xa3;

constexpr std::uint8_t kReportTargetPortGroups = 0x0a;
constexpr std::uint8_t kAllLogicalUnits = 0x02;  // SELECT REPORT: well-known LUNs too

Bytes Cdb(std::size_t size, std::uint8_t opcode) {
  Bytes cdb(size);
  cdb[0] = opcode;
  return cdb;
}

std::string Extent(const std::string& name, std::uint64_t lba, std::uint64_t blocks) {
  return name + " of " + std::to_string(blocks) + " blocks at " + std::to_string(lba);
}

Command In(std::string name, Bytes cdb, std::uint32_t bytes) {
  return {std::move(name), std::move(cdb), Direction::kIn, bytes};
}

Command Out(std::string name, Bytes cdb, Bytes data) {
  return {std::move(name), std::move(cdb), Direction::kOut, 0, std::move(data)};
}

/// READ, WRITE and SYNCHRONIZE CACHE have LBA and length at the same offsets.
Bytes Cdb10(std::uint8_t opcode, std::uint32_t lba, std::uint64_t blocks) {
  Bytes cdb = Cdb(10, opcode);
  Put(cdb, 2, 4, lba);
  Put(cdb, 7, 2, blocks);
  return cdb;
}
Bytes Cdb16(std::uint8_t opcode, std::uint64_t lba, std::uint64_t blocks) {
  Bytes cdb = Cdb(16, opcode);
  Put(cdb, 2, 8, lba);
  Put(cdb, 10, 4, blocks);
  return cdb;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Command& command) {
  return out << command.name << " [" << HexDump(command.cdb) << "]";
}

Command Bare(std::string name, Bytes cdb) { return {std::move(name), std::move(cdb)}; }

Command TestUnitReady() { return Bare("TEST UNIT READY", Cdb(6, kTestUnitReady)); }

Command RequestSense() {
  constexpr std::uint8_t kMost = 252;
  Bytes cdb = Cdb(6, kRequestSense);
  Put(cdb, 4, 1, kMost);
  return In("REQUEST SENSE", cdb, kMost);
}

Command StandardInquiry(std::uint16_t allocation_length) {
  Bytes cdb = Cdb(6, kInquiry);
  Put(cdb, 3, 2, allocation_length);
  return In("INQUIRY", cdb, allocation_length);
}

Command VpdInquiry(std::uint8_t page, std::uint16_t allocation_length) {
  Command command = StandardInquiry(allocation_length);
  command.name = "INQUIRY of VPD page " + Hex(page);
  command.cdb[1] = 1;
  command.cdb[2] = page;
  return command;
}

Command ReportLuns(std::uint32_t allocation_length) {
  Bytes cdb = Cdb(12, kReportLuns);
  cdb[2] = kAllLogicalUnits;
  Put(cdb, 6, 4, allocation_length);
  return In("REPORT LUNS", cdb, allocation_length);
}

Command ReportTargetPortGroups(std::uint32_t allocation_length) {
  Bytes cdb = Cdb(12, kMaintenanceIn);
  cdb[1] = kReportTargetPortGroups;
  Put(cdb, 6, 4, allocation_length);
  return In("REPORT TARGET PORT GROUPS", cdb, allocation_length);
}

Command Read10(std::uint32_t lba, std::uint16_t blocks, std::uint32_t block_bytes) {
  return In(Extent("READ(10)", lba, blocks), Cdb10(kRead10, lba, blocks), blocks * block_bytes);
}

Command Read16(std::uint64_t lba, std::uint32_t blocks, std::uint32_t block_bytes) {
  return In(Extent("READ(16)", lba, blocks), Cdb16(kRead16, lba, blocks), blocks * block_bytes);
}

Command Write10(std::uint32_t lba, Bytes data, std::uint32_t block_bytes) {
  const std::size_t blocks = data.size() / block_bytes;
  return Out(Extent("WRITE(10)", lba, blocks), Cdb10(kWrite10, lba, blocks), std::move(data));
}

Command Write16(std::uint64_t lba, Bytes data, std::uint32_t block_bytes) {
  const std::size_t blocks = data.size() / block_bytes;
  return Out(Extent("WRITE(16)", lba, blocks), Cdb16(kWrite16, lba, blocks), std::move(data));
}

Command WriteSame16(std::uint64_t lba, std::uint32_t blocks, Bytes block, bool unmap) {
  constexpr std::uint8_t kUnmapBit = 0x08;
  Bytes cdb = Cdb16(kWriteSame16, lba, blocks);
  if (unmap) cdb[1] = kUnmapBit;
  const std::string name = unmap ? "WRITE SAME(16) with UNMAP" : "WRITE SAME(16)";
  return Out(Extent(name, lba, blocks), cdb, std::move(block));
}

Command Unmap(const std::vector<BlockRange>& ranges) {
  constexpr std::size_t kHeader = 8;
  constexpr std::size_t kDescriptor = 16;
  Bytes list(kHeader + kDescriptor * ranges.size());
  Put(list, 0, 2, list.size() - 2);
  Put(list, 2, 2, list.size() - kHeader);
  std::size_t at = kHeader;
  std::string name = "UNMAP";
  for (const BlockRange& range : ranges) {
    Put(list, at, 8, range.lba);
    Put(list, at + 8, 4, range.blocks);
    at += kDescriptor;
    name = Extent(name + (&range == &ranges.front() ? "" : ","), range.lba, range.blocks);
  }
  Bytes cdb = Cdb(10, kUnmap);
  Put(cdb, 7, 2, list.size());
  return Out(name, cdb, list);
}

Command SynchronizeCache10(std::uint32_t lba, std::uint16_t blocks) {
  return Bare(Extent("SYNCHRONIZE CACHE(10)", lba, blocks),
              Cdb10(kSynchronizeCache10, lba, blocks));
}

Command SynchronizeCache16(std::uint64_t lba, std::uint32_t blocks) {
  return Bare(Extent("SYNCHRONIZE CACHE(16)", lba, blocks),
              Cdb16(kSynchronizeCache16, lba, blocks));
}

}  // namespace dualpath::scsi
