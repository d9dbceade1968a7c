/* What SQLite says, as an errno of the stores of this folder. Any thread. */
#ifndef HINOMI_STORE_SQLITE_ERRNO_H
#define HINOMI_STORE_SQLITE_ERRNO_H

/* 0 for OK, ROW and DONE; else -ENOSPC, -EBUSY, -EBADMSG, -EROFS, -EACCES, -ENOMEM, -EINVAL (a constraint) or -EIO. */
int sqlite_errno(int sqlite_error);

#endif
