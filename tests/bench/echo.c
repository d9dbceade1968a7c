/* The bound of a DNS server over the kernel's UDP: batches in, the QR bit set, batches out, nothing else.
 *
 *     echo PORT
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { BATCH = 64, MESSAGE_MAX = 2048, BUFFER = 4 << 20 };

int main(int argc, char **argv)
{
    static uint8_t bytes[BATCH][MESSAGE_MAX];
    static struct sockaddr_in from[BATCH];
    static struct iovec iov[BATCH];
    static struct mmsghdr m[BATCH];
    if (argc != 2)
        return 2;
    struct sockaddr_in sa = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0), size = BUFFER;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    if (bind(fd, (struct sockaddr *)&sa, sizeof sa) < 0) {
        perror("echo");
        return 1;
    }
    for (;;) {
        for (int i = 0; i < BATCH; i++) {
            iov[i] = (struct iovec){bytes[i], MESSAGE_MAX};
            m[i].msg_hdr = (struct msghdr){
                .msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &iov[i], .msg_iovlen = 1};
        }
        int n = recvmmsg(fd, m, BATCH, MSG_WAITFORONE, NULL);
        for (int i = 0; i < n; i++) {
            bytes[i][2] |= 0x80;
            iov[i].iov_len = m[i].msg_len;
        }
        for (int done = 0; done < n;) {
            int sent = sendmmsg(fd, m + done, (unsigned)(n - done), 0);
            done += sent > 0 ? sent : 1;
        }
    }
}
